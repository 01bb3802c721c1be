#pragma once

#include "slot/result.hpp"

#include <string>
#include <string_view>

namespace hal0::slot {

/// A value for MemoryMax= and MemoryHigh= (systemd.resource-control(5)): bytes with an optional K, M, G or T
/// (powers of 1024), a percentage of the machine's memory, or `infinity`.
Result<std::string> parse_memory_limit(std::string_view text);

/// A value for AllowedCPUs=: CPU numbers and ranges, separated by commas: `0-3,8`.
Result<std::string> parse_cpu_list(std::string_view text);

}  // namespace hal0::slot
