#pragma once

#include "dbus-interfaces/loop/loop.hpp"
#include "dbus-service/servers/followed.hpp"
#include "dbus-interfaces/loop/inbox.hpp"
#include "dbus-service/servers/probe_thread.hpp"
#include "dbus-service/servers/server_state.hpp"
#include "slot/name.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace hal0::service {

/// What the model servers do that run now, asked from threads and kept on the loop's. A server is only asked while its slot
/// runs.
class Servers {
public:
    /// Each has a thread. More than this many are not watched, and count as healthy and without requests.
    static constexpr std::size_t most_watched = 64;

    /// @param changed is called when something in a slot's state has changed, but for the figures that move all the time:
    ///   memory, CPU time, tokens, the cache. Those are as old as Rhythm::sample at most.
    /// @param root goes before /proc and /sys; empty for the real ones
    Servers(bus::Loop& loop, std::function<void(const slot::SlotName&)> changed, std::string root = {}, const Rhythm& rhythm = {});
    Servers(const Servers&) = delete;
    Servers& operator=(const Servers&) = delete;
    ~Servers();

    /// Begins to watch a slot whose unit is active, anew if its server is another than before, or goes on.
    void watch(const slot::SlotName& name, const RunningServer& server);
    /// The slot's unit is not active any more. Waits for nothing, even if its server hangs.
    void forget(const slot::SlotName& name);

    /// The defaults for a slot that is not watched. Good until the next call of watch() or forget().
    const ServerState& state(const slot::SlotName& name) const;

private:
    using Id = std::uint64_t;
    /// From the thread `from`: a look, or nothing when it has ended.
    struct Found {
        Id from;
        slot::SlotName name;
        std::optional<Look> look;
    };
    struct Watched {
        Id id;
        RunningServer server;
        Followed followed;
        std::unique_ptr<ProbeThread> thread;
    };

    std::unique_ptr<ProbeThread> new_thread(Id id, const slot::SlotName& name, const RunningServer& server);
    void take(const Found& found);

    std::function<void(const slot::SlotName&)> changed_;
    std::string root_;
    Rhythm rhythm_;
    std::uint64_t began_monotonic_;
    Id last_id_ = 0;
    bus::Inbox<Found> inbox_;
    // Behind the inbox, because they post to it until they are destroyed.
    std::map<slot::SlotName, Watched> watched_;
    std::map<Id, std::unique_ptr<ProbeThread>> ending_;
};

}  // namespace hal0::service
