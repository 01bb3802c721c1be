#include "http-bridge/routes/host_figures.hpp"

#include <sys/statvfs.h>
#include <sys/sysinfo.h>

#include <cstdio>
#include <cstring>
#include <memory>

namespace hal0::http {
namespace {

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

std::uint64_t available_mb() {
    const File file{std::fopen("/proc/meminfo", "re")};
    char line[256];
    unsigned long long kib = 0;
    while (file && std::fgets(line, sizeof line, file.get()))
        if (std::sscanf(line, "MemAvailable: %llu kB", &kib) == 1) break;
    return kib / 1024;
}

/// Clock ticks of all processors since boot: busy, and all.
struct Ticks {
    unsigned long long busy = 0, all = 0;
};

Ticks ticks() {
    const File file{std::fopen("/proc/stat", "re")};
    unsigned long long user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softirq = 0, stolen = 0;
    if (!file || std::fscanf(file.get(), "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle, &waiting, &irq, &softirq, &stolen) != 8) return {};
    const auto busy = user + nice + system + irq + softirq + stolen;
    return {busy, busy + idle + waiting};
}

double cpu_use() {
    static Ticks last;
    const auto now = ticks();
    const auto all = now.all - last.all, busy = now.busy - last.busy;
    last = now;
    return all == 0 ? 0 : static_cast<double>(busy) / static_cast<double>(all);
}

}  // namespace

HostFigures host_figures() {
    struct sysinfo now{};
    sysinfo(&now);
    HostFigures figures;
    figures.uptime_s = static_cast<std::uint64_t>(now.uptime);
    figures.ram_mb = static_cast<std::uint64_t>(now.totalram) * now.mem_unit / (1024 * 1024);
    figures.ram_available_mb = available_mb();
    figures.cpu_util = cpu_use();
    return figures;
}

std::optional<std::uint64_t> free_mb(const std::string& folder) {
    struct statvfs disk{};
    if (statvfs(folder.c_str(), &disk) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize / (1024 * 1024);
}

}  // namespace hal0::http
