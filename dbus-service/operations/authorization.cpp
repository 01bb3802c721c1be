#include "dbus-service/operations/authorization.hpp"

#include "dbus-interfaces/bus.hpp"
#include "dbus-interfaces/loop/bus_call.hpp"
#include "dbus-interfaces/operation_failed.hpp"
#include "dbus-service/systemd/unit_state.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <tuple>

namespace hal0::service {
namespace {

constexpr int most_calls_under_way = 128;        // of one client
constexpr std::size_t most_known_clients = 256;  // they come and go; the bus is asked again for those that were forgotten

using Subject = sdbus::Struct<std::string, Properties>;
using Details = std::map<std::string, std::string>;
using Verdict = sdbus::Struct<bool, bool, Details>;

}  // namespace

bool Trusted::operator()(const Credentials& caller) const {
    return std::find(users.begin(), users.end(), caller.user) != users.end() ||
           (group && std::find(caller.groups.begin(), caller.groups.end(), *group) != caller.groups.end());
}

Trusted trusted_on_this_host() {
    Trusted trusted{{0, geteuid()}, {}};
    if (const auto* bridge = getpwnam("hal0-http")) trusted.users.push_back(bridge->pw_uid);
    if (const auto* group = getgrnam("hal0")) trusted.group = group->gr_gid;
    return trusted;
}

Authorization::UnderWay::UnderWay(std::map<std::string, int>& counts, std::string sender) : counts_(counts), sender_(std::move(sender)) {
    if (++counts_[sender_] <= most_calls_under_way) return;
    --counts_[sender_];
    throw bus::error("org.freedesktop.DBus.Error.LimitsExceeded",
                     fmt::format("{} calls of yours are under way already: wait for their replies", most_calls_under_way));
}

Authorization::UnderWay::~UnderWay() {
    const auto mine = counts_.find(sender_);
    if (--mine->second == 0) counts_.erase(mine);
}

bus::Task<> Authorization::check(std::string sender, std::string action) {
    const auto caller = co_await credentials(sender);
    if (trusted_(caller)) co_return;
    const bool allowed = co_await ask_polkit(sender, action);
    if (!allowed)
        throw bus::OperationFailed{slot::ErrorKind::not_authorized,
                              fmt::format("user {} may not do this ({}): join the group hal0, or have an administrator allow it in polkit", caller.user, action)};
}

bus::Task<Credentials> Authorization::credentials(std::string sender) {
    const auto known = known_.find(sender);
    if (known != known_.end()) co_return known->second;
    const auto bus = proxies_.at("org.freedesktop.DBus", "/org/freedesktop/DBus");
    const auto said = co_await bus::call<Properties>(*bus, "org.freedesktop.DBus", "GetConnectionCredentials", sender);
    Credentials caller;
    caller.user = said.at("UnixUserID").get<std::uint32_t>();
    if (const auto groups = said.find("UnixGroupIDs"); groups != said.end()) caller.groups = groups->second.get<std::vector<std::uint32_t>>();
    if (known_.size() >= most_known_clients) known_.clear();
    known_.emplace(sender, caller);
    co_return caller;
}

/// Without interaction: sdbus-c++ does not tell whether the caller allows any, and nobody may be made to wait for a
/// dialog that they do not expect.
bus::Task<bool> Authorization::ask_polkit(std::string sender, std::string action) {
    const auto authority = proxies_.at("org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority");
    const Subject subject{std::make_tuple(std::string{"system-bus-name"}, Properties{{"name", sdbus::Variant{sender}}})};
    try {
        const auto verdict = co_await bus::call<Verdict>(*authority, "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization", subject, action, Details{},
                                                    std::uint32_t{0}, std::string{});
        co_return std::get<0>(verdict);
    } catch (const sdbus::Error&) {
        co_return false;  // no polkit, or it does not know the action: what nobody allows is denied
    }
}

}  // namespace hal0::service
