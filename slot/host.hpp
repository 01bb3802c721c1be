#pragma once

#include "slot/vocabulary.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hal0::slot {

/// A graphics card, as /sys/class/drm shows it.
struct Gpu {
    std::uint16_t vendor_id = 0;  // PCI: 0x1002 AMD, 0x10de NVIDIA, 0x8086 Intel
    std::string name{};           // as people call it; empty when nobody says
    std::uint64_t vram_mb = 0;    // 0: not known, or none of its own
    std::string driver{};         // kernel module: amdgpu, i915, xe, nvidia, nouveau; empty without one
    std::string drm_path{};       // its device node, /dev/dri/renderD128; empty without a render node
    bool operator==(const Gpu&) const = default;
};

/// A neural processing unit, as /sys/class/accel shows it.
struct Npu {
    std::uint16_t vendor_id = 0;
    std::string name{};
    std::string driver{};  // amdxdna, intel_vpu
    bool operator==(const Npu&) const = default;
};

/// What a probe saw of the host: facts, not conclusions. A text that could not be read is empty, a number 0.
struct Host {
    std::string hostname{};
    std::string kernel{};  // release, as in uname(2)
    std::string distro{};  // PRETTY_NAME of os-release(5)
    std::string cpu_model{};
    std::uint32_t cpu_cores = 0;
    std::uint32_t cpu_threads = 0;
    std::uint64_t ram_mb = 0;
    std::optional<std::vector<Gpu>> gpus{};  // nothing: the probe could not tell, as in a container without /sys
    bool has_kfd = false;                    // /dev/kfd: the kernel lets AMD GPUs compute
    std::optional<Npu> npu{};
    bool operator==(const Host&) const = default;
};

/// The device of slots that name none (design.md, 7): an AMD GPU with /dev/kfd → gpu-rocm, any other GPU → gpu-vulkan,
/// no GPU → cpu, cannot tell → gpu-vulkan. A card without a render node shows a console and computes nothing: it does not
/// count. Never the NPU, which is asked for by name: it runs few models.
Device default_device(const Host& host);

/// What GET /api/hardware says of the host (http-api.md, 4), without what changes by the second: uptime_s,
/// ram_available_mb and probed_at are the caller's. `platform` is "strix-halo" or "generic"; `default_hardware` is a
/// backend's name, the word that hardware.json (slot/hardware.hpp) uses, too.
nlohmann::json to_json(const Host& host);

}  // namespace hal0::slot
