#pragma once

#include "slot/result.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace hal0::ready {

/// The folder of a container, from the arguments of its conmon as /proc/PID/cmdline has them, with a null byte behind each
/// (proc(5)): what follows -b (conmon(8), --bundle). Empty if they are not conmon's.
std::string bundle(std::string_view command_line);

/// Makes the link helper::bundle_link in `folder`, the start's own, to the container's folder. podman removes that with the container, just before
/// its record: the link dangles then. Makes none for a `conmon` that is gone or none: then nobody knows. Returns nothing, or why it
/// cannot.
std::optional<slot::Error> link_bundle(const std::string& folder, pid_t conmon);

}  // namespace hal0::ready
