#pragma once

#include "slot/diagnostic.hpp"
#include "slot/plan.hpp"

#include <string>

namespace hal0::generator {

/// Reads what decides the slots from `root`/etc/hal0 and `root`/usr/share/hal0; `root` is empty or has no final slash.
/// Paths in the result are without the root. A file that is absent is left out; one that cannot be read carries the
/// reason; a folder that cannot be read is a diagnostic.
slot::Sources read_sources(const std::string& root, slot::Diagnostics& diagnostics);

}  // namespace hal0::generator
