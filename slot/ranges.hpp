#pragma once

#include <cstdint>

namespace hal0::slot {

/// The whole numbers that a setting may be, both ends included.
struct Range {
    std::int64_t least = 0, most = 0;
    bool contains(std::int64_t number) const { return number >= least && number <= most; }
};

/// One table for who reads the files and for who checks a request before it gets there (docs/slots.md).
namespace ranges {

inline constexpr Range port{1024, 65535};
inline constexpr Range idle_s{0, 31'536'000};  // a year
inline constexpr Range context_size{128, 16'777'216};
inline constexpr Range n_gpu_layers{-1, 9999};
inline constexpr Range parallel{1, 256};
inline constexpr Range cpu_weight{1, 10'000};  // systemd.resource-control(5), CPUWeight=
inline constexpr Range start_s{1, 86'400};
inline constexpr Range stop_s{1, 3600};
inline constexpr Range size_bytes{0, INT64_MAX};

}  // namespace ranges
}  // namespace hal0::slot
