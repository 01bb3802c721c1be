#pragma once

#include "slot/model_registry.hpp"

namespace hal0::disk {

/// Where hal0's files are (design.md, 3). Every function here puts its `root` before them; it is empty, or has no final
/// slash.
inline constexpr auto settings_path = "/etc/hal0/hal0.toml";
inline constexpr auto hardware_path = "/etc/hal0/hardware.json";
inline constexpr auto shipped_profiles_path = "/usr/share/hal0/profiles.toml";
inline constexpr auto admin_profiles_path = "/etc/hal0/profiles.toml";
inline constexpr auto registry_path = slot::registry_path.data();

inline constexpr auto settings_folder = "/etc/hal0";
inline constexpr auto shipped_folder = "/usr/share/hal0";
inline constexpr auto slots_folder = "/etc/hal0/slots";
inline constexpr auto loaded_folder = "/etc/hal0/loaded";
inline constexpr auto registry_folder = "/var/lib/hal0/registry";
inline constexpr auto trial_folder = "/run/hal0/trial";

}  // namespace hal0::disk
