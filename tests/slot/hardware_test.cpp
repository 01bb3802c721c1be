#include "slot/hardware.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace hal0::slot {
namespace {

struct ProbeCase {
    std::string rule, json;
    std::optional<Device> device;
};

TEST(DeviceFromProbe, FollowsTheProbe) {
    const std::vector<ProbeCase> cases = {
        {"rocm is recommended", R"({"default_hardware":"rocm"})", Device::gpu_rocm},
        {"vulkan is recommended", R"({"default_hardware":"vulkan"})", Device::gpu_vulkan},
        {"cpu is recommended", R"({"default_hardware":"cpu"})", Device::cpu},
        {"the recommendation wins over the list", R"({"default_hardware":"cpu","gpus":[{"vendor":"AMD","compute_capable":true}]})", Device::cpu},
        {"an unknown recommendation does not count", R"({"default_hardware":"tpu","gpus":[]})", Device::cpu},
        {"a recommendation of the wrong type does not count", R"({"default_hardware":7,"gpus":[]})", Device::cpu},
        {"AMD that computes", R"({"gpus":[{"vendor":"AMD","compute_capable":true}]})", Device::gpu_rocm},
        {"the vendor's full name", R"({"gpus":[{"vendor":"Advanced Micro Devices, Inc. [amd/ATI]","compute_capable":true}]})", Device::gpu_rocm},
        {"AMD that does not compute", R"({"gpus":[{"vendor":"AMD","compute_capable":false}]})", Device::gpu_vulkan},
        {"AMD that does not say", R"({"gpus":[{"vendor":"AMD"}]})", Device::gpu_vulkan},
        {"AMD with a word for a flag", R"({"gpus":[{"vendor":"AMD","compute_capable":"yes"}]})", Device::gpu_vulkan},
        {"another vendor", R"({"gpus":[{"vendor":"Intel","compute_capable":true}]})", Device::gpu_vulkan},
        {"AMD as the second one", R"({"gpus":[{"vendor":"Intel"},{"vendor":"amd","compute_capable":true}]})", Device::gpu_rocm},
        {"no GPU", R"({"gpus":[]})", Device::cpu},
        {"a list of nonsense is still a list of something", R"({"gpus":[null,3]})", Device::gpu_vulkan},
        {"nothing said", "{}", std::nullopt},
        {"gpus is no list", R"({"gpus":{"vendor":"AMD"}})", std::nullopt},
        {"gpus is null", R"({"gpus":null})", std::nullopt},
    };
    for (const auto& c : cases) {
        Diagnostics diagnostics;
        EXPECT_EQ(device_from_probe("hardware.json", c.json, diagnostics), c.device) << c.rule;
        EXPECT_TRUE(diagnostics.empty()) << c.rule;
    }
}

TEST(DeviceFromProbe, ReportsWhatIsNoObject) {
    for (const std::string json : {"", "{", "[]", "3", "null", "\"rocm\"", "{\"a\":\"\xff\"}", "{} {}", "{'a':1}"}) {
        Diagnostics diagnostics;
        EXPECT_EQ(device_from_probe("/etc/hal0/hardware.json", json, diagnostics), std::nullopt) << json;
        ASSERT_EQ(diagnostics.size(), 1U) << json;
        EXPECT_EQ(diagnostics[0].severity, Severity::error);
        EXPECT_EQ(to_string(diagnostics[0]), "/etc/hal0/hardware.json: is not a JSON object; the hardware it describes is not used");
    }
}

TEST(DeviceFromProbe, SurvivesDeepNesting) {
    Diagnostics diagnostics;
    EXPECT_EQ(device_from_probe("h.json", std::string(100'000, '['), diagnostics), std::nullopt);
    EXPECT_EQ(diagnostics.size(), 1U);
}

}  // namespace
}  // namespace hal0::slot
