#pragma once

#include "dbus-interfaces/loop/loop.hpp"

#include <sdbus-c++/sdbus-c++.h>

namespace hal0::bus {

/// Has the loop read and write a bus connection, as sd_bus_attach_event(3) does for a bare sd_bus. When the connection is
/// lost, the loop ends with a failure: there is nothing to serve without it, and systemd starts hal0d anew.
class BusSource {
public:
    BusSource(Loop& loop, sdbus::IConnection& connection);
    BusSource(const BusSource&) = delete;
    BusSource& operator=(const BusSource&) = delete;

private:
    static int on_prepare(sd_event_source*, void* self);
    static int on_io(sd_event_source*, int, std::uint32_t, void* self);
    static int on_time(sd_event_source*, std::uint64_t, void* self);
    void prepare();
    void process();

    Loop& loop_;
    sdbus::IConnection& connection_;
    EventSource io_, time_;
};

}  // namespace hal0::bus
