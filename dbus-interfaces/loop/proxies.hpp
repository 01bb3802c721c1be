#pragma once

#include "dbus-interfaces/loop/loop.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <memory>
#include <string>
#include <vector>

namespace hal0::bus {

/// Makes proxies for single calls. sdbus-c++ looks at a proxy once more after it has called back with a reply (1.2 to 2.1:
/// Proxy.cpp, sdbus_async_reply_handler), so one that was let go in there is kept until the loop comes round.
class Proxies {
public:
    Proxies(Loop& loop, sdbus::IConnection& connection);

    /// A proxy that asks nothing by itself. It must not outlive this.
    std::shared_ptr<sdbus::IProxy> at(const std::string& service, const std::string& path);

private:
    sdbus::IConnection& connection_;
    std::vector<std::unique_ptr<sdbus::IProxy>> let_go_;
    Loop::Deferred destroy_;
};

}  // namespace hal0::bus
