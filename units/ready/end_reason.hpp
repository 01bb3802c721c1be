#pragma once

#include "units/ready/wait_healthy.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hal0::ready {

/// The properties of the unit that end_reason() needs, for `systemctl show --property=…`.
inline constexpr std::string_view unit_properties = "ActiveState,Result,TimeoutStartUSec";

/// Why SIGTERM ends a start whose server was not healthy, from what `systemctl show` prints of these properties and what was last
/// seen of the server. Nothing when somebody stops the unit: that is no failure.
std::optional<std::string> end_reason(std::string_view shown, const Health& last);

}  // namespace hal0::ready
