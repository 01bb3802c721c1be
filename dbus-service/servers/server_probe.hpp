#pragma once

#include "dbus-service/servers/cgroup_usage.hpp"
#include "dbus-service/servers/moment.hpp"
#include "slot/activity.hpp"
#include "slot/provider.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace hal0::service {

/// A server whose unit is active, and what tells one start of it from the next.
struct RunningServer {
    std::uint16_t port;
    slot::ProviderId provider;
    std::uint64_t active_since_monotonic;  // the unit's ActiveEnterTimestampMonotonic
    std::string control_group{};           // the unit's ControlGroup; empty: its memory and CPU time stay unknown
    bool operator==(const RunningServer&) const = default;
};

/// How often a server is asked what. Nobody pushes any of it.
struct Rhythm {
    // Who watches a slot sees within a second that it serves. It costs llama-server two answers of a millisecond, and
    // nothing is missed in between: counters say it. A server that does not answer is asked for its health as often.
    std::chrono::milliseconds sample{1000};
    // Some servers log every question for their health. A hung one is found within 5 + 2 + 1 + 2 seconds.
    std::chrono::milliseconds health{5000};
    // It changes where a server loads models by itself.
    std::chrono::milliseconds models{60'000};
    // llama-server answers /slots between two steps of its model, and a step can take long. The question holds one of its
    // workers as long, and without a free one it cannot tell its health: so it is not asked again at once.
    std::chrono::milliseconds busy_again{5000};
    // For one answer, from connecting to its last byte.
    std::chrono::milliseconds patience{2000};
};

/// What one look at a server found.
struct Look {
    std::optional<bool> healthy{};         // nothing: not asked this time
    std::optional<slot::Sample> sample{};  // nothing: it does not answer
    CgroupUsage usage{};
    Moment at{};
};

/// Looks at one server again and again; not thread-safe.
class ServerProbe {
public:
    /// @param root goes before /proc and /sys
    ServerProbe(RunningServer server, const Rhythm& rhythm, std::string root);

    /// Asks what is due. Ends at once when `stop_fd` becomes readable; what it found is worth nothing then.
    Look look(int stop_fd);

private:
    using Clock = std::chrono::steady_clock;

    bool is_healthy(int stop_fd) const;
    slot::Sample sample(int stop_fd);
    void ask_llama_server(slot::Sample& sample, int stop_fd);
    void ask_models(slot::Sample& sample, int stop_fd);
    void count_connections(slot::Sample& sample) const;

    RunningServer server_;
    const slot::Provider& provider_;
    Rhythm rhythm_;
    std::string root_;
    bool healthy_ = false;
    Clock::time_point health_due_{}, models_due_{}, busy_due_{};
};

}  // namespace hal0::service
