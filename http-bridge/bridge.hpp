#pragma once

#include "dbus-interfaces/loop/bus_source.hpp"
#include "http-bridge/calls/hal0d.hpp"
#include "http-bridge/mirror/mirror.hpp"
#include "http-bridge/routes/context.hpp"
#include "http-bridge/server/front.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace hal0::http {

/// What the bridge is told by its unit.
struct Environment {
    std::string dashboard;  // the folder with its files
    Guard guard;
    std::uint16_t own_port = 0;  // to listen on where systemd gives no socket; 0: none
};

/// HAL0_HTTP_HOSTS (names, separated by blanks), HAL0_HTTP_PORT, HAL0_DASHBOARD, and the credential "token" (systemd.exec(5)).
/// Throws std::runtime_error if a token is there that cannot be read.
Environment environment();

/// The bridge, wired. Nothing is decided here.
class Bridge {
public:
    /// Throws std::exception if it cannot listen or follow the bus.
    Bridge(bus::Loop& loop, sdbus::IConnection& connection, Environment environment);

private:
    void listen(std::uint16_t own_port);
    void end();

    bus::Loop& loop_;
    bus::Proxies proxies_;
    Mirror mirror_;
    Hal0d hal0d_;
    Journal journal_;
    Counters counters_;
    std::shared_ptr<void> counting_;
    std::map<std::string, Answer> dashboard_;
    Router router_;
    Context context_;
    Front front_;
    bus::BusSource bus_;
    // Whoever does not take his answer must not keep us from ending.
    bus::Loop::Timer end_;
};

}  // namespace hal0::http
