#pragma once

#include "slot/name.hpp"
#include "slot/result.hpp"

#include <string>
#include <vector>

namespace hal0::prepare {

/// The image that hal0-slot@<name>.service would run, as systemd has it loaded (overrides included): what is pulled and
/// what is started are the same. A disabled slot has one, too.
/// Errors: why the slot has none, or that systemd cannot be asked.
slot::Result<std::string> image_of(const slot::SlotName& name);

/// The same out of the unit's Environment= assignments, `NAME=value` each; the last of a name counts.
slot::Result<std::string> image_in(const slot::SlotName& name, const std::vector<std::string>& assignments);

}  // namespace hal0::prepare
