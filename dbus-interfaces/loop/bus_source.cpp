#include "dbus-interfaces/loop/bus_source.hpp"

#include "dbus-interfaces/bus.hpp"

#include <systemd/sd-daemon.h>

#include <cstdio>
#include <cstdlib>

namespace hal0::bus {
namespace {

// So that timers and the watchdog have their turn while a client floods the bus.
constexpr int most_messages_per_turn = 64;

}  // namespace

BusSource::BusSource(Loop& loop, sdbus::IConnection& connection) : loop_(loop), connection_(connection) {
    const auto poll = connection.getEventLoopPollData();
    sd_event_source* made = nullptr;
    checked(sd_event_add_io(loop.event(), &made, poll.fd, static_cast<std::uint32_t>(poll.events), on_io, this), "sd_event_add_io");
    io_.reset(made);
    checked(sd_event_source_set_prepare(made, on_prepare), "sd_event_source_set_prepare");
    checked(sd_event_add_time(loop.event(), &made, CLOCK_MONOTONIC, 0, 0, on_time, this), "sd_event_add_time");
    time_.reset(made);
}

void BusSource::prepare() {
    const auto poll = connection_.getEventLoopPollData();
    checked(sd_event_source_set_io_events(io_.get(), static_cast<std::uint32_t>(poll.events)), "sd_event_source_set_io_events");
    const auto timeout = timeout_usec(poll);
    const bool waits_for_nothing = timeout == UINT64_MAX;
    if (!waits_for_nothing) checked(sd_event_source_set_time(time_.get(), timeout), "sd_event_source_set_time");
    checked(sd_event_source_set_enabled(time_.get(), waits_for_nothing ? SD_EVENT_OFF : SD_EVENT_ONESHOT), "sd_event_source_set_enabled");
}

void BusSource::process() try {
    for (int count = 0; count < most_messages_per_turn; ++count)
        if (!process_pending(connection_)) return;
} catch (const sdbus::Error& lost) {
    std::fprintf(stderr, SD_ERR "the connection to the system bus is lost: %s\n", lost.getMessage().c_str());
    loop_.exit(EXIT_FAILURE);
}

int BusSource::on_prepare(sd_event_source*, void* self) {
    static_cast<BusSource*>(self)->prepare();
    return 0;
}

int BusSource::on_io(sd_event_source*, int, std::uint32_t, void* self) {
    static_cast<BusSource*>(self)->process();
    return 0;
}

int BusSource::on_time(sd_event_source*, std::uint64_t, void* self) {
    static_cast<BusSource*>(self)->process();
    return 0;
}

}  // namespace hal0::bus
