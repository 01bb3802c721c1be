#pragma once

#include <cstdint>
#include <string>

namespace hal0::service {

/// What the processes of a cgroup use now. 0: it is not counted there.
struct CgroupUsage {
    std::uint64_t memory_bytes = 0;
    std::uint64_t cpu_nsec = 0;
};

/// Reads memory.current and cpu.stat (cgroup-v2), as systemd does for MemoryCurrent= and CPUUsageNSec=. The former is absent
/// where no memory controller is, as in some containers.
/// @param control_group the unit's ControlGroup property, or empty
CgroupUsage cgroup_usage(const std::string& root, const std::string& control_group);

}  // namespace hal0::service
