#pragma once

#include "dbus-service/servers/server_probe.hpp"
#include "slot/loopback/stop_request.hpp"

#include <functional>
#include <optional>
#include <thread>

namespace hal0::service {

/// Looks at one server in a steady rhythm, on a thread of its own: one that hangs delays nobody else.
class ProbeThread {
public:
    /// `found` gets each look and, at the end, nothing; it is called on the new thread.
    /// Throws std::system_error if there can be no further thread.
    ProbeThread(ServerProbe probe, std::chrono::milliseconds pause, std::function<void(std::optional<Look>)> found);
    ProbeThread(const ProbeThread&) = delete;
    ProbeThread& operator=(const ProbeThread&) = delete;
    ~ProbeThread();

    /// Ends it, also in the middle of a look, and does not wait for that. Its destruction waits: not noticeably once the
    /// end was told.
    void stop() { stop_.make(); }

private:
    void run(ServerProbe& probe, std::chrono::milliseconds pause, const std::function<void(std::optional<Look>)>& found) const;

    loopback::StopRequest stop_;
    std::thread thread_;
};

}  // namespace hal0::service
