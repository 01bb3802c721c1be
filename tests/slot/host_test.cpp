#include "slot/host.hpp"

#include "slot/hardware.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace hal0::slot {
namespace {

using Json = nlohmann::json;

const Gpu radeon{.vendor_id = 0x1002, .name = "Radeon 8060S", .vram_mb = 65536, .driver = "amdgpu", .drm_path = "/dev/dri/renderD128"};
const Gpu arc{.vendor_id = 0x8086, .driver = "xe", .drm_path = "/dev/dri/renderD129"};
const Gpu bmc{.vendor_id = 0x1a03, .driver = "ast"};
const Gpu dark_radeon{.vendor_id = 0x1002, .driver = "radeon"};

struct DefaultDeviceCase {
    std::string rule;
    std::optional<std::vector<Gpu>> gpus;
    bool has_kfd;
    Device device;
};

const std::vector<DefaultDeviceCase> device_cases = {
    {"AMD that computes", {{radeon}}, true, Device::gpu_rocm},
    {"AMD as the second one", {{arc, radeon}}, true, Device::gpu_rocm},
    {"AMD without /dev/kfd", {{radeon}}, false, Device::gpu_vulkan},
    {"another vendor, with /dev/kfd", {{arc}}, true, Device::gpu_vulkan},
    {"a console beside a GPU", {{bmc, arc}}, false, Device::gpu_vulkan},
    {"a console only", {{bmc}}, true, Device::cpu},
    {"AMD that cannot render", {{dark_radeon}}, true, Device::cpu},
    {"no GPU", {std::vector<Gpu>{}}, true, Device::cpu},
    {"cannot tell", std::nullopt, true, Device::gpu_vulkan},
};

TEST(DefaultDevice, FollowsTheGpus) {
    for (const auto& c : device_cases) {
        Host host{.gpus = c.gpus, .has_kfd = c.has_kfd};
        EXPECT_EQ(default_device(host), c.device) << c.rule;
        host.npu = Npu{.vendor_id = 0x1022, .driver = "amdxdna"};
        EXPECT_EQ(default_device(host), c.device) << c.rule << ", and an NPU";
    }
}

TEST(HostJson, IsWhatHardwareJsonWouldSay) {
    for (const auto& c : device_cases) {
        const auto json = to_json(Host{.gpus = c.gpus, .has_kfd = c.has_kfd});
        Diagnostics diagnostics;
        EXPECT_EQ(device_from_probe("hardware.json", json.dump(), diagnostics), c.device) << c.rule;
    }
}

TEST(HostJson, HasEveryField) {
    const Host host{.hostname = "box", .kernel = "6.18.5", .distro = "Debian GNU/Linux 12", .cpu_model = "AMD RYZEN AI MAX+ 395 w/ Radeon 8060S",
                    .cpu_cores = 16, .cpu_threads = 32, .ram_mb = 131072, .gpus = {{radeon, bmc}}, .has_kfd = true,
                    .npu = Npu{.vendor_id = 0x1022, .name = "Strix NPU", .driver = "amdxdna"}};
    EXPECT_EQ(to_json(host), Json::parse(R"({
        "hostname": "box", "kernel": "6.18.5", "distro": "Debian GNU/Linux 12", "cpu_model": "AMD RYZEN AI MAX+ 395 w/ Radeon 8060S",
        "cpu_cores": 16, "cpu_threads": 32, "ram_mb": 131072,
        "gpus": [{"vendor": "AMD", "name": "Radeon 8060S", "vram_mb": 65536, "driver": "amdgpu", "drm_path": "/dev/dri/renderD128",
                  "compute_capable": true, "vulkan_capable": true},
                 {"vendor": "0x1a03", "name": "", "vram_mb": 0, "driver": "ast", "drm_path": "", "compute_capable": false, "vulkan_capable": false}],
        "npu": {"present": true, "vendor": "AMD", "name": "Strix NPU", "driver": "amdxdna"},
        "platform": "strix-halo", "default_hardware": "rocm"})"));
}

TEST(HostJson, OfAHostThatTellsNothing) {
    const auto json = to_json(Host{});
    EXPECT_EQ(json["gpus"], Json::array());
    EXPECT_EQ(json["npu"], Json::parse(R"({"present": false, "vendor": "", "name": "", "driver": ""})"));
    EXPECT_EQ(json["platform"], "generic");
    EXPECT_EQ(json["default_hardware"], "vulkan");
    EXPECT_EQ(to_json(Host{.cpu_model = "AMD Ryzen AI 9 HX 370"})["platform"], "generic");
}

}  // namespace
}  // namespace hal0::slot
