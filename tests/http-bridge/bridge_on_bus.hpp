#pragma once

#include "dbus-interfaces/loop/bus_source.hpp"
#include "dbus-interfaces/loop/proxies.hpp"
#include "http-bridge/routes/context.hpp"
#include "turning_loop.hpp"

#include <map>
#include <memory>
#include <string>

namespace hal0::test {

/// What routes work with, on the session bus; whether hal0d is there is up to the test.
class BridgeOnBus : public TurningLoop {
protected:
    std::unique_ptr<sdbus::IConnection> connection_ = sdbus::createSessionBusConnection();
    bus::Proxies proxies_{loop_, *connection_};
    http::Mirror mirror_{loop_, *connection_, proxies_};
    http::Hal0d hal0d_{proxies_};
    http::Journal journal_{loop_, "/nonexistent"};
    const http::Counters counters_;
    const std::map<std::string, http::Answer> dashboard_;
    http::Context context_{loop_, mirror_, hal0d_, journal_, counters_, dashboard_, ""};
    bus::BusSource bus_{loop_, *connection_};
};

}  // namespace hal0::test
