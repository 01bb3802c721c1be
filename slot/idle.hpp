#pragma once

#include <cstdint>

namespace hal0::slot {

/// A slot that runs and works on nothing (design.md, 6). Times are of CLOCK_MONOTONIC, in microseconds.
struct Rest {
    std::uint64_t used;             // when it was used last, or since when it runs
    std::uint32_t idle_after_s;     // then it is idle
    std::uint32_t idle_timeout_s;   // then it is unloaded; 0: never
    std::uint64_t unload_asked_at;  // in this rest; 0: not yet
};

/// What is to be done about it.
struct RestStep {
    bool unload = false;                     // now
    std::uint64_t look_again = UINT64_MAX;   // when; UINT64_MAX: time alone changes nothing any more
    bool operator==(const RestStep&) const = default;
};

/// An unload that was asked for may be refused, or overtaken by somebody else's start. It is asked for again after a minute: who has to mend
/// that needs as long.
RestStep rest_step(const Rest& rest, std::uint64_t now);

}  // namespace hal0::slot
