#include "dbus-interfaces/loop/proxies.hpp"

#include "dbus-interfaces/bus.hpp"

namespace hal0::bus {

Proxies::Proxies(Loop& loop, sdbus::IConnection& connection) : connection_(connection), destroy_(loop, [this] { let_go_.clear(); }) {}

std::shared_ptr<sdbus::IProxy> Proxies::at(const std::string& service, const std::string& path) {
    auto made = sdbus::createProxy(connection_, ServiceName{service}, sdbus::ObjectPath{path});
    return {made.release(), [this](sdbus::IProxy* proxy) {
                let_go_.emplace_back(proxy);
                destroy_.ask();
            }};
}

}  // namespace hal0::bus
