#include "dbus-service/servers/cgroup_usage.hpp"

#include <fstream>

namespace hal0::service {

CgroupUsage cgroup_usage(const std::string& root, const std::string& control_group) {
    CgroupUsage usage;
    if (control_group.empty()) return usage;
    const auto folder = root + "/sys/fs/cgroup" + control_group;
    std::ifstream{folder + "/memory.current"} >> usage.memory_bytes;
    std::ifstream cpu{folder + "/cpu.stat"};
    std::string key;
    std::uint64_t value = 0;
    while (cpu >> key >> value)
        if (key == "usage_usec") usage.cpu_nsec = value * 1000;
    return usage;
}

}  // namespace hal0::service
