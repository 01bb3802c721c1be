#pragma once

#include "slot/diagnostic.hpp"
#include "slot/vocabulary.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hal0::slot {

/// The device that /etc/hal0/hardware.json recommends: its `default_hardware` (rocm, vulkan, cpu), else what its `gpus`
/// say: an AMD GPU that can compute → rocm, any other GPU → vulkan, none → cpu. Nothing if the file does not tell;
/// a diagnostic if it is not JSON.
std::optional<Device> device_from_probe(const std::string& file, std::string_view json, Diagnostics& diagnostics);

}  // namespace hal0::slot
