#pragma once

#include "slot/activity.hpp"

#include <cstdint>

namespace hal0::service {

/// How a running server is, as the probes found it; `answers` and what follows hold only while its unit is active.
struct ServerState {
    bool answers = true;  // false: its health path failed twice in a row
    slot::Activity activity;
    std::uint64_t last_used_at = 0;         // CLOCK_REALTIME, microseconds; 0: not known
    std::uint64_t last_used_monotonic = 0;  // the same of CLOCK_MONOTONIC
    // Of the unit's cgroup, with all that runs in it; 0: the kernel does not count it there.
    std::uint64_t memory_bytes = 0;
    std::uint64_t cpu_usage_nsec = 0;
};

}  // namespace hal0::service
