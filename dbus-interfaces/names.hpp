#pragma once

#include "slot/name.hpp"

#include <string>

/// Every name of hal0 on the bus. The interfaces themselves are described in the XML files beside this one.
namespace hal0::names {

inline constexpr auto service = "dev.hal0.Slots1";
inline constexpr auto root_path = "/dev/hal0/Slots1";
inline constexpr auto slot_path_prefix = "/dev/hal0/Slots1/slot/";

inline constexpr auto manager_interface = "dev.hal0.Slots1.Manager";
inline constexpr auto models_interface = "dev.hal0.Slots1.Models";
inline constexpr auto slot_interface = "dev.hal0.Slots1.Slot";

/// `dev.hal0.Slots1.Error.<Kind>`; the kinds are in errors.hpp.
inline constexpr auto error_prefix = "dev.hal0.Slots1.Error.";

/// polkit actions: load, unload, restart, swap, pull.
inline constexpr auto control_action = "dev.hal0.slots.control";
/// polkit actions: create, edit, delete, the model registry, reload.
inline constexpr auto configure_action = "dev.hal0.slots.configure";

/// A slot's object: what sd_bus_path_encode(3) makes of the prefix and the name.
std::string slot_path(const slot::SlotName& name);

}  // namespace hal0::names
