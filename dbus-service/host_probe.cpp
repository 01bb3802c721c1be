#include "dbus-service/host_probe.hpp"

#include "slot/text.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

namespace hal0::service {
namespace {

namespace fs = std::filesystem;

/// The text of a file that the kernel or the distribution makes; empty if there is none.
std::string read(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    const auto begin = text.find_first_not_of(space);
    return begin == std::string_view::npos ? std::string_view{} : text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

std::string read_line(const fs::path& path) { return std::string{trimmed(read(path))}; }

/// A number as sysfs has it: decimal, or hexadecimal behind 0x; 0 if it is none.
template <class Number>
Number number(std::string_view text) {
    text = trimmed(text);
    const int base = text.starts_with("0x") ? 16 : 10;
    if (base == 16) text.remove_prefix(2);
    Number value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
}

/// The values of a key in a file of `key SEPARATOR value` lines, in their order.
std::vector<std::string> values(std::string_view text, std::string_view key, char separator) {
    std::vector<std::string> found;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        const auto middle = line.find(separator);
        if (middle != std::string_view::npos && trimmed(line.substr(0, middle)) == key) found.emplace_back(trimmed(line.substr(middle + 1)));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return found;
}

std::string value(std::string_view text, std::string_view key, char separator) {
    auto all = values(text, key, separator);
    return all.empty() ? std::string{} : std::move(all.front());
}

/// The entries of a folder named `prefix` and a number, by their number.
std::vector<fs::path> numbered(const fs::path& folder, std::string_view prefix) {
    std::vector<std::pair<unsigned, fs::path>> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator{folder, ignored}) {
        const auto name = entry.path().filename().string();
        const auto digits = name.substr(std::min(prefix.size(), name.size()));
        if (name.starts_with(prefix) && !digits.empty() && std::all_of(digits.begin(), digits.end(), slot::is_digit))
            found.emplace_back(number<unsigned>(digits), entry.path());
    }
    std::sort(found.begin(), found.end());
    std::vector<fs::path> paths;
    for (auto& entry : found) paths.push_back(std::move(entry.second));
    return paths;
}

std::string driver_of(const fs::path& device) { return value(read(device / "uevent"), "DRIVER", '='); }

slot::Gpu gpu_of(const fs::path& card) {
    constexpr std::uint64_t mebibyte = 1024 * 1024;
    const auto device = card / "device";
    slot::Gpu gpu;
    gpu.vendor_id = number<std::uint16_t>(read(device / "vendor"));
    gpu.name = read_line(device / "product_name");  // amdgpu, of cards that carry their name
    gpu.vram_mb = number<std::uint64_t>(read(device / "mem_info_vram_total")) / mebibyte;
    gpu.driver = driver_of(device);
    const auto nodes = numbered(device / "drm", "renderD");
    if (!nodes.empty()) gpu.drm_path = "/dev/dri/" + nodes.front().filename().string();
    return gpu;
}

std::optional<std::vector<slot::Gpu>> gpus(const fs::path& sys) {
    if (!fs::exists(sys / "class")) return std::nullopt;
    std::vector<slot::Gpu> found;
    for (const auto& card : numbered(sys / "class/drm", "card")) {
        auto gpu = gpu_of(card);
        // The firmware's framebuffer is a card without either; a GPU of a system on a chip has no vendor.
        if (gpu.vendor_id != 0 || !gpu.drm_path.empty()) found.push_back(std::move(gpu));
    }
    return found;
}

std::optional<slot::Npu> npu(const fs::path& sys) {
    const auto found = numbered(sys / "class/accel", "accel");
    if (found.empty()) return std::nullopt;
    const auto device = found.front() / "device";
    // vbnv: how amdxdna calls its device
    return slot::Npu{number<std::uint16_t>(read(device / "vendor")), read_line(device / "vbnv"), driver_of(device)};
}

/// Cores are what shares no `core id` of one `physical id`; processors without these are one each.
std::uint32_t cores(const std::string& cpuinfo, std::uint32_t threads) {
    const auto packages = values(cpuinfo, "physical id", ':'), ids = values(cpuinfo, "core id", ':');
    if (packages.size() != ids.size() || ids.size() != threads) return threads;
    std::set<std::pair<std::string, std::string>> different;
    for (std::size_t i = 0; i < ids.size(); ++i) different.emplace(packages[i], ids[i]);
    return static_cast<std::uint32_t>(different.size());
}

/// Without the quotes that os-release(5) allows.
std::string unquoted(std::string text) {
    const bool is_quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
    return is_quoted ? text.substr(1, text.size() - 2) : text;
}

std::string distribution(const fs::path& root) {
    auto text = read(root / "etc/os-release");
    if (text.empty()) text = read(root / "usr/lib/os-release");
    return unquoted(value(text, "PRETTY_NAME", '='));
}

}  // namespace

slot::Host probe_host(const std::string& root) {
    const fs::path top = root.empty() ? "/" : root, sys = top / "sys", proc = top / "proc";
    const auto cpuinfo = read(proc / "cpuinfo");
    slot::Host host;
    host.hostname = read_line(proc / "sys/kernel/hostname");
    host.kernel = read_line(proc / "sys/kernel/osrelease");
    host.distro = distribution(top);
    host.cpu_model = value(cpuinfo, "model name", ':');
    host.cpu_threads = static_cast<std::uint32_t>(values(cpuinfo, "processor", ':').size());
    host.cpu_cores = cores(cpuinfo, host.cpu_threads);
    host.ram_mb = number<std::uint64_t>(value(read(proc / "meminfo"), "MemTotal", ':')) / 1024;  // of KiB
    host.gpus = gpus(sys);
    // The kernel's own list: a service with PrivateDevices= sees nothing in /dev.
    host.has_kfd = fs::exists(sys / "class/kfd/kfd");
    host.npu = npu(sys);
    return host;
}

}  // namespace hal0::service
