#pragma once

#include "slot/name.hpp"
#include "slot/result.hpp"

#include <optional>
#include <string>

namespace hal0::disk {

/// The small files that hal0d keeps for a slot. Nothing, or why not; removing what is not there is no error.

/// /etc/hal0/loaded/<name>: the slot was loaded now and comes back at boot. Made anew each time: its modification time
/// decides which slot of an exclusive group was loaded last.
std::optional<slot::Error> set_marker(const std::string& root, const slot::SlotName& name);
std::optional<slot::Error> clear_marker(const std::string& root, const slot::SlotName& name);

/// /run/hal0/trial/<name>: the model that the slot's next start takes instead of its default.
std::optional<slot::Error> set_trial(const std::string& root, const slot::SlotName& name, const slot::ModelId& model);
std::optional<slot::Error> clear_trial(const std::string& root, const slot::SlotName& name);

}  // namespace hal0::disk
