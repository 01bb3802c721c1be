#pragma once

#include <cstdint>

namespace hal0::slot {

/// In microseconds, as systemd counts.
inline constexpr std::uint64_t second = 1'000'000;

}  // namespace hal0::slot
