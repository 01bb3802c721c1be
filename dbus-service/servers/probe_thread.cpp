#include "dbus-service/servers/probe_thread.hpp"

#include <utility>

namespace hal0::service {

ProbeThread::ProbeThread(ServerProbe probe, std::chrono::milliseconds pause, std::function<void(std::optional<Look>)> found)
    : thread_{[this, pause, probe = std::move(probe), found = std::move(found)]() mutable { run(probe, pause, found); }} {}

ProbeThread::~ProbeThread() {
    stop();
    thread_.join();
}

// The pause lies between two looks, so that a slow server is asked less often.
void ProbeThread::run(ServerProbe& probe, std::chrono::milliseconds pause, const std::function<void(std::optional<Look>)>& found) const {
    do {
        auto look = probe.look(stop_.fd());
        if (!stop_.is_made_within({})) found(std::move(look));
    } while (!stop_.is_made_within(pause));
    found(std::nullopt);
}

}  // namespace hal0::service
