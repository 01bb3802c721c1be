#pragma once

#include "dbus-interfaces/loop/loop.hpp"
#include "dbus-interfaces/loop/task.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hal0::service {

/// What the disk says of the models' files. The loop does not wait for it, nor does the end of hal0d: a store may be a network's, and hang.
class ModelFiles {
public:
    using Rows = std::vector<nlohmann::json>;
    /// All on the loop's thread, but for `look`.
    struct Asks {
        std::function<Rows()> rows;           // of the registry as it is (slot/model_rows.hpp)
        std::function<std::string()> store;   // where the models are
        std::function<void(Rows&, const std::string& store)> look;  // adds what the disk says; on a thread of its own, which may outlive this
        std::function<void()> answered_late;  // the store does, after all: who was told less may ask again
    };

    ModelFiles(bus::Loop& loop, Asks asks, std::chrono::milliseconds patience = std::chrono::seconds{5});
    ModelFiles(const ModelFiles&) = delete;
    ModelFiles& operator=(const ModelFiles&) = delete;

    /// The rows with what the disk says; without it as long as the store does not answer. Who asks during a look shares the next one.
    bus::Task<Rows> list();

private:
    struct Look;
    using Answer = bus::Callback<Rows>::Resume;

    static int on_looked(sd_event_source*, int fd, std::uint32_t, void* self);
    void begin();
    void start_look();
    void looked();
    void give_up();

    bus::Loop& loop_;
    const Asks asks_;
    const std::chrono::milliseconds patience_;
    std::vector<Answer> waiting_, waiting_for_next_;
    std::shared_ptr<Look> look_;  // that is under way
    bus::EventSource source_;
    bool is_late_ = false;
    // A disk that sleeps wakes up in time; one that hangs tells nobody.
    bus::Loop::Timer late_;
};

/// Adds to each row `installed` and, where it has none, `size_bytes`, by what is at its path in `store` below `root`. Waits for the disk.
void add_files(ModelFiles::Rows& rows, const std::string& root, const std::string& store);

}  // namespace hal0::service
