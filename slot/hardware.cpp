#include "slot/hardware.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hal0::slot {
namespace {

using Json = nlohmann::json;

bool is_amd_compute(const Json& gpu) {
    if (!gpu.is_object()) return false;
    const auto vendor = gpu.value("vendor", Json{});
    const auto compute = gpu.value("compute_capable", Json{});
    if (!vendor.is_string() || !compute.is_boolean()) return false;
    auto name = vendor.get<std::string>();
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return name.find("amd") != std::string::npos && compute.get<bool>();
}

}  // namespace

std::optional<Device> device_from_probe(const std::string& file, std::string_view json, Diagnostics& diagnostics) {
    const auto probe = Json::parse(json, nullptr, /*allow_exceptions=*/false);
    if (!probe.is_object()) {
        diagnostics.push_back({Severity::error, {file}, "", "is not a JSON object; the hardware it describes is not used"});
        return std::nullopt;
    }
    const auto said = probe.value("default_hardware", Json{});
    if (said.is_string())
        if (const auto backend = parse_word<Backend>(said.get<std::string>())) return device_of(*backend);
    const auto gpus = probe.value("gpus", Json{});
    if (!gpus.is_array()) return std::nullopt;
    if (std::any_of(gpus.begin(), gpus.end(), is_amd_compute)) return Device::gpu_rocm;
    return gpus.empty() ? Device::cpu : Device::gpu_vulkan;
}

}  // namespace hal0::slot
