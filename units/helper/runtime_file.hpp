#pragma once

#include "slot/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hal0::helper {

/// A link in the folder of this start to the container's own: what ready makes and clean-up looks at.
inline constexpr auto bundle_link = "bundle";

/// Writes a file of this start into `folder`, root's own, which systemd has made for it and removes after it (RuntimeDirectory=,
/// systemd.exec(5)): whole or not at all, readable by all. Returns nothing, or why not.
std::optional<slot::Error> write_runtime_file(const std::string& folder, std::string_view name, std::string_view text);

}  // namespace hal0::helper
