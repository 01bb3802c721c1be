#pragma once

#include "slot/plan.hpp"

#include <string>
#include <utility>
#include <vector>

namespace hal0::slot {

/// A plan with these slots (name and TOML), and profiles like the shipped ones.
inline Plan sample_plan(const std::vector<std::pair<std::string, std::string>>& slots, const std::string& settings = "") {
    Sources sources;
    sources.settings = SourceFile{"/etc/hal0/hal0.toml", settings, ""};
    sources.profiles.push_back({"/usr/share/hal0/profiles.toml", R"(
[profile.vulkan]
image = "i/vulkan"
device_class = "gpu"
backend = "vulkan"
[profile.rocm]
image = "i/rocm"
device_class = "gpu"
backend = "rocm"
[profile.cpu]
image = "i/cpu"
device_class = "cpu"
[profile.flm]
image = "i/flm"
provider = "flm"
device_class = "npu"
[profile.kokoro]
image = "i/kokoro"
provider = "kokoro"
[profile.comfyui]
image = "i/comfyui"
provider = "comfyui"
device_class = "gpu"
backend = "rocm"
[profile.anygpu]
image = "i/anygpu"
device_class = "gpu"
[profile.hosted]
image = "i/hosted"
flags = "--host 0.0.0.0"
)", ""});
    for (const auto& [name, toml] : slots) sources.slots.push_back({"/etc/hal0/slots/" + name + ".toml", toml, ""});
    return make_plan(sources);
}

}  // namespace hal0::slot
