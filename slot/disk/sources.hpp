#pragma once

#include "slot/diagnostic.hpp"
#include "slot/plan.hpp"

#include <optional>
#include <string>

namespace hal0::disk {

/// Reads what decides the slots from `root`/etc/hal0 and `root`/usr/share/hal0; `root` is empty or has no final slash.
/// Paths in the result are without the root. A file that is absent is left out; one that cannot be read carries the
/// reason; a folder that cannot be read is a diagnostic.
slot::Sources read_sources(const std::string& root, slot::Diagnostics& diagnostics);

/// Reads the model registry in the same way. A link is refused, because a slot's start refuses it, too: root reads it
/// then, in a folder that user `hal0` may write.
std::optional<slot::SourceFile> read_registry(const std::string& root);

}  // namespace hal0::disk
