#pragma once

#include "dbus-interfaces/loop/loop.hpp"
#include "slot/result.hpp"

#include <sys/inotify.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hal0::service {

/// Tells when somebody has changed hal0's files (inotify(7)); never polls. A folder that is absent, removed, moved away or
/// made again is no error: it is watched as soon as it is there. Hidden files and files that hal0 does not read are passed
/// over. A file that is a link is watched as a link: what changes where it leads to, is not noticed.
class Watch {
public:
    enum class What {
        slots,     // what decides the slots: their files, hal0.toml, profiles, hardware.json
        loaded,    // the markers
        registry,
    };
    struct Listener {
        std::function<void(What)> changed;
        std::function<void(const slot::Error&)> failed;  // a folder that came later cannot be watched
    };

    /// An editor saves in several steps, and a tool writes several files: what belongs together is told once, and nobody
    /// reads half of it. Somebody who never stops writing is told of, too.
    struct Pace {
        std::chrono::milliseconds quiet{50};     // from the last change until it is told
        std::chrono::milliseconds longest{500};  // from the first
    };

    /// `root` is put before every path. The listener is called on the loop, and must not throw. Throws std::runtime_error if
    /// a folder that is there cannot be watched.
    Watch(bus::Loop& loop, std::string root, Listener listener, Pace pace);
    Watch(bus::Loop& loop, std::string root, Listener listener) : Watch(loop, std::move(root), std::move(listener), Pace{}) {}
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

private:
    struct Folder {
        Watch& watch;
        std::string path;  // without the root; empty for the root itself
        bus::EventSource source;
    };
    static int on_event(sd_event_source*, const inotify_event* event, void* folder);
    void take(const std::string& folder, const inotify_event& event);
    void note(What what);
    void note_everything();
    void tell();

    std::optional<slot::Error> watch_all();
    std::optional<slot::Error> watch_folder(const std::string& path);

    bus::Loop& loop_;
    const std::string root_;
    const Listener listener_;
    const Pace pace_;
    std::vector<std::unique_ptr<Folder>> folders_;
    bool folders_changed_ = false;
    std::set<What> noted_;
    std::chrono::steady_clock::time_point first_{};
    bus::Loop::Timer timer_;
};

}  // namespace hal0::service
