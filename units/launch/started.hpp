#pragma once

#include "slot/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hal0::launch {

/// Leaves in `folder` what this start runs (slot/started.hpp), for whoever wants to know: the command as systemd has expanded
/// it, an administrator's override included. Everybody may read it. Returns nothing, or why not.
std::optional<slot::Error> record_start(const std::string& folder, const std::vector<std::string>& command);

}  // namespace hal0::launch
