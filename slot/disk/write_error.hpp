#pragma once

#include "slot/result.hpp"

#include <string>

namespace hal0::disk {

/// Why `path` could not be written or removed, for an errno: what is wrong and what to do.
slot::Error write_error(const std::string& path, int problem);

}  // namespace hal0::disk
