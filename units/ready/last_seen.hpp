#pragma once

#include "units/ready/wait_healthy.hpp"

#include <functional>
#include <mutex>
#include <utility>

namespace hal0::ready {

/// What was last seen of the server before its end, and whoever is told of each change. systemd sends SIGTERM to the server and to this
/// process, one after the other: what is seen of the server from then on is its end, and nothing to report.
class LastSeen {
public:
    using Report = std::function<void(const Health&)>;
    explicit LastSeen(Report report) : report_(std::move(report)) {}

    /// Reports it, unless a SIGTERM has come for this process, or the server, which listened before, is gone.
    void see(const Health& health);
    Health health();

private:
    std::mutex mutex_;
    Report report_;
    Health health_;
};

}  // namespace hal0::ready
