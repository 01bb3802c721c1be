#include "dbus-service/model_files.hpp"

#include "dbus-interfaces/loop/thread_without_signals.hpp"
#include "slot/disk/descriptor.hpp"
#include "slot/model_arguments.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

namespace hal0::service {

/// What the thread and the loop share: it is written before `done` is, and read after that.
struct ModelFiles::Look {
    disk::Descriptor done{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    Rows rows;
};

ModelFiles::ModelFiles(bus::Loop& loop, Asks asks, std::chrono::milliseconds patience)
    : loop_(loop), asks_(std::move(asks)), patience_(patience), late_(loop, [this] { give_up(); }) {}

bus::Task<ModelFiles::Rows> ModelFiles::list() {
    if (is_late_) co_return asks_.rows();
    bus::Callback<Rows> answered{[this](Answer answer) {
        waiting_for_next_.push_back(std::move(answer));
        if (!look_) begin();
    }};
    co_return co_await answered;
}

void ModelFiles::begin() {
    waiting_ = std::exchange(waiting_for_next_, {});
    late_.set(patience_);
    try {
        start_look();
    } catch (const std::system_error&) {
        // No descriptor or thread is to be had: as if the store did not answer, but only this time.
        source_.reset();
        look_.reset();
        late_.set({});
    }
}

void ModelFiles::start_look() {
    look_ = std::make_shared<Look>();
    if (!look_->done) throw std::system_error{errno, std::generic_category(), "eventfd"};
    look_->rows = asks_.rows();
    sd_event_source* made = nullptr;
    bus::checked(sd_event_add_io(loop_.event(), &made, look_->done.fd(), EPOLLIN, on_looked, this), "sd_event_add_io");
    source_.reset(made);
    bus::thread_without_signals([look = look_, add = asks_.look, store = asks_.store()] {
        add(look->rows, store);
        eventfd_write(look->done.fd(), 1);
    }).detach();
}

int ModelFiles::on_looked(sd_event_source*, int, std::uint32_t, void* self) {
    static_cast<ModelFiles*>(self)->looked();
    return 0;
}

void ModelFiles::looked() {
    source_.reset();
    late_.cancel();
    const auto look = std::exchange(look_, nullptr);
    const auto waiting = std::exchange(waiting_, {});
    if (std::exchange(is_late_, false)) asks_.answered_late();
    if (!waiting_for_next_.empty()) begin();
    for (const auto& answer : waiting) answer(look->rows);
}

void ModelFiles::give_up() {
    is_late_ = look_ != nullptr;
    auto waiting = std::exchange(waiting_, {});
    for (auto& answer : std::exchange(waiting_for_next_, {})) waiting.push_back(std::move(answer));
    const auto rows = asks_.rows();
    for (const auto& answer : waiting) answer(rows);
}

void add_files(ModelFiles::Rows& rows, const std::string& root, const std::string& store) {
    for (auto& row : rows) {
        std::error_code problem;
        const auto path = root + slot::path_in_store(row.value("path", ""), store);
        const auto status = std::filesystem::status(path, problem);
        row["installed"] = std::filesystem::exists(status);
        if (row.contains("size_bytes") || !std::filesystem::is_regular_file(status)) continue;
        if (const auto size = std::filesystem::file_size(path, problem); !problem) row["size_bytes"] = static_cast<std::int64_t>(size);
    }
}

}  // namespace hal0::service
