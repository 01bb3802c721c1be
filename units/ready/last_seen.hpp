#pragma once

#include "units/ready/wait_healthy.hpp"

#include <functional>
#include <mutex>
#include <utility>

namespace hal0::ready {

/// What was last seen of the server before a SIGTERM for this process, and whoever is told of each change. systemd sends the
/// signal to the server, too: what is seen of it from then on is its end, and nothing to report.
class LastSeen {
public:
    using Report = std::function<void(const Health&)>;
    explicit LastSeen(Report report) : report_(std::move(report)) {}

    /// Reports it, unless a SIGTERM has come. (SIGTERM is blocked, and may be waiting for the thread that takes it.)
    void see(const Health& health);
    /// The signal has been taken: from now on nothing is reported. Returns what was seen before.
    Health end();
    /// Whether a SIGTERM has come, taken or not.
    bool has_ended();

private:
    std::mutex mutex_;
    Report report_;
    Health health_;
    bool ended_ = false;
};

}  // namespace hal0::ready
