#pragma once

#include "http-bridge/json/host_json.hpp"

namespace hal0::http {

/// What the kernel says of the machine at this moment: sysinfo(2), /proc/meminfo, /proc/stat (proc(5)). The processor's use is that
/// since the last call, or since boot.
HostFigures host_figures();

/// Free space where the slots' files are, in MiB (statvfs(3)); nothing if it cannot be told.
std::optional<std::uint64_t> free_mb(const std::string& folder);

}  // namespace hal0::http
