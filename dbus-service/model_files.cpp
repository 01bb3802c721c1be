#include "dbus-service/model_files.hpp"

#include "slot/model_arguments.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>

namespace hal0::service {
namespace {

using namespace std::chrono_literals;

// A disk that sleeps has woken up by then.
constexpr auto patience = 5s;
// One that hangs gets no more questions than these.
constexpr int most_waiting = 16;

void add_file(nlohmann::json& row, const std::string& path) {
    std::error_code problem;
    const auto status = std::filesystem::status(path, problem);
    row["installed"] = std::filesystem::exists(status);
    if (row.contains("size_bytes") || !std::filesystem::is_regular_file(status)) return;
    if (const auto size = std::filesystem::file_size(path, problem); !problem) row["size_bytes"] = static_cast<std::int64_t>(size);
}

}  // namespace

struct ModelFiles::Look {
    Rows rows;
    bus::Callback<bool>::Resume resume;  // taken by who is first, the store or the clock
    std::unique_ptr<bus::Loop::Timer> patience;

    void end() {
        if (const auto call = std::exchange(resume, nullptr)) call(true);
    }
};

bus::Task<ModelFiles::Rows> ModelFiles::look_at(Rows rows, std::string store) {
    if (waiting_ >= most_waiting) co_return rows;
    const auto look = std::make_shared<Look>();
    look->rows = std::move(rows);
    bus::Callback<bool> ended{[&](bus::Callback<bool>::Resume resume) {
        look->resume = std::move(resume);
        begin(look, store);
    }};
    co_await ended;
    co_return std::move(look->rows);
}

void ModelFiles::begin(const std::shared_ptr<Look>& look, std::string store) {
    look->patience = std::make_unique<bus::Loop::Timer>(loop_, [look = look.get()] { look->end(); });
    look->patience->set(patience);
    ++waiting_;
    const auto found = std::make_shared<Rows>(look->rows);  // the thread's own
    worker_.run(
        [found, root = root_, store = std::move(store)] {
            for (auto& row : *found) add_file(row, root + slot::path_in_store(row.value("path", ""), store));
        },
        [this, look, found] {
            --waiting_;
            look->patience.reset();
            if (look->resume) look->rows = std::move(*found);
            look->end();
        });
}

}  // namespace hal0::service
