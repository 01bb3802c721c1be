#pragma once

#include "slot/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hal0::prepare {

/// What of the host a container gets: facts that only exist when it starts.

/// `--device=` for each node that the globs match. Error: a glob that matches nothing.
slot::Result<std::vector<std::string>> device_arguments(const std::vector<std::string>& globs);

/// `--group-add=` with the numeric id of each group; a group that the host does not have is left out with a warning,
/// because distributions differ in them.
std::vector<std::string> group_arguments(const std::vector<std::string>& groups);

/// True if something listens on this port of 127.0.0.1 or of all addresses.
bool is_port_taken(std::uint16_t port);

}  // namespace hal0::prepare
