#pragma once

#include "slot/result.hpp"

#include <string>

namespace hal0::prepare {

/// True if podman has the image; an error when podman cannot be run.
slot::Result<bool> has_image(const std::string& image);

/// Pulls the image and reports its progress as the unit's status. Gives the unit more time as long as bytes come.
/// Returns true, or why not, with podman's own reason.
slot::Result<bool> pull_image(const std::string& image);

}  // namespace hal0::prepare
