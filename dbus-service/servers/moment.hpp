#pragma once

#include <chrono>
#include <cstdint>

namespace hal0::service {

/// A moment on both clocks, in microseconds.
struct Moment {
    std::uint64_t realtime = 0, monotonic = 0;

    static Moment now() { return {usec_of<std::chrono::system_clock>(), usec_of<std::chrono::steady_clock>()}; }

private:
    // libstdc++ takes its steady clock from CLOCK_MONOTONIC, as systemd does its timestamps.
    template <class Clock>
    static std::uint64_t usec_of() {
        return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch()).count());
    }
};

}  // namespace hal0::service
