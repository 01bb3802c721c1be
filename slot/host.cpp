#include "slot/host.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace hal0::slot {
namespace {

using Json = nlohmann::json;

constexpr std::uint16_t amd = 0x1002;
constexpr std::array<std::pair<std::uint16_t, std::string_view>, 5> vendors = {
    {{amd, "AMD"}, {0x1022, "AMD"}, {0x10DE, "NVIDIA"}, {0x8086, "Intel"}, {0x1AF4, "Virtio"}}};

/// The name, or the PCI id for one that is not known here.
std::string vendor_name(std::uint16_t id) {
    const auto found = std::find_if(vendors.begin(), vendors.end(), [&](const auto& vendor) { return vendor.first == id; });
    return found == vendors.end() ? fmt::format("0x{:04x}", id) : std::string{found->second};
}

bool can_render(const Gpu& gpu) { return !gpu.drm_path.empty(); }
bool can_compute(const Host& host, const Gpu& gpu) { return gpu.vendor_id == amd && host.has_kfd && can_render(gpu); }

/// AMD's processors that share their memory with the GPU; they are told apart by their name only.
bool is_strix_halo(const Host& host) {
    constexpr std::string_view sold_as = "ryzen ai max";
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::search(host.cpu_model.begin(), host.cpu_model.end(), sold_as.begin(), sold_as.end(),
                       [&](char have, char want) { return lower(have) == want; }) != host.cpu_model.end();
}

Json gpu_row(const Host& host, const Gpu& gpu) {
    return {{"vendor", vendor_name(gpu.vendor_id)}, {"name", gpu.name}, {"vram_mb", gpu.vram_mb}, {"driver", gpu.driver},
            {"drm_path", gpu.drm_path}, {"compute_capable", can_compute(host, gpu)}, {"vulkan_capable", can_render(gpu)}};
}

Json npu_row(const std::optional<Npu>& npu) {
    if (!npu) return {{"present", false}, {"vendor", ""}, {"name", ""}, {"driver", ""}};
    return {{"present", true}, {"vendor", vendor_name(npu->vendor_id)}, {"name", npu->name}, {"driver", npu->driver}};
}

}  // namespace

Device default_device(const Host& host) {
    if (!host.gpus) return Device::gpu_vulkan;
    if (std::any_of(host.gpus->begin(), host.gpus->end(), [&](const auto& gpu) { return can_compute(host, gpu); })) return Device::gpu_rocm;
    return std::any_of(host.gpus->begin(), host.gpus->end(), can_render) ? Device::gpu_vulkan : Device::cpu;
}

Json to_json(const Host& host) {
    auto gpus = Json::array();
    for (const auto& gpu : host.gpus.value_or(std::vector<Gpu>{})) gpus.push_back(gpu_row(host, gpu));
    return {{"hostname", host.hostname}, {"kernel", host.kernel}, {"distro", host.distro}, {"cpu_model", host.cpu_model},
            {"cpu_cores", host.cpu_cores}, {"cpu_threads", host.cpu_threads}, {"ram_mb", host.ram_mb}, {"gpus", std::move(gpus)},
            {"npu", npu_row(host.npu)}, {"platform", is_strix_halo(host) ? "strix-halo" : "generic"},
            {"default_hardware", to_string(backend_of(default_device(host)))}};
}

}  // namespace hal0::slot
