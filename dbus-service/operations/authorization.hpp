#pragma once

#include "dbus-interfaces/loop/proxies.hpp"
#include "dbus-interfaces/loop/task.hpp"

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hal0::service {

/// Who a client of the bus is, as the bus says: a name of the bus is never given to another client, so this stays true.
struct Credentials {
    uid_t user = 0;
    std::vector<gid_t> groups;
};

/// Who may do what without being asked for: root, hal0d's own user, the bridge's, and members of group hal0.
struct Trusted {
    std::vector<uid_t> users;
    std::optional<gid_t> group;
    bool operator()(const Credentials& caller) const;
};

/// The trusted ones of this host, by its user database. Called once, at start: it may block.
Trusted trusted_on_this_host();

/// May a caller do this? Trusted ones may; for others polkit decides, and without polkit nobody else may.
class Authorization {
public:
    Authorization(bus::Proxies& proxies, Trusted trusted) : proxies_(proxies), trusted_(std::move(trusted)) {}

    /// Runs `task` if `sender`, a unique name of the bus, is authorised for `action` (names.hpp). Throws OperationFailed
    /// (not_authorized), or LimitsExceeded when a client has too many calls under way, without having begun the task.
    template <class T>
    bus::Task<T> guard(std::string sender, std::string action, bus::Task<T> task) {
        const UnderWay call{under_way_, sender};
        co_await check(sender, action);
        co_return co_await std::move(task);
    }

private:
    /// Counts a client's calls as long as it lives.
    class UnderWay {
    public:
        UnderWay(std::map<std::string, int>& counts, std::string sender);
        UnderWay(const UnderWay&) = delete;
        UnderWay& operator=(const UnderWay&) = delete;
        ~UnderWay();

    private:
        std::map<std::string, int>& counts_;
        std::string sender_;
    };

    bus::Task<> check(std::string sender, std::string action);
    bus::Task<Credentials> credentials(std::string sender);
    bus::Task<bool> ask_polkit(std::string sender, std::string action);

    bus::Proxies& proxies_;
    Trusted trusted_;
    std::map<std::string, Credentials> known_;
    std::map<std::string, int> under_way_;
};

}  // namespace hal0::service
