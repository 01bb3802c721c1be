#pragma once

#include "slot/name.hpp"

#include <string>

namespace hal0::prepare {

/// ExecStartPre= of hal0-slot@: resolves what only a start can know, pulls a missing image, and leaves it all in
/// start.env for ExecStart=. Returns the exit status; a failure has been reported. `root` is put before what is read.
int prepare(const slot::SlotName& name, const std::string& root);

/// ExecStart= of hal0-slot@ without a usable configuration: says why. Always fails, with EX_CONFIG.
int refuse(const slot::SlotName& name);

/// ExecStart= of hal0-slot-pull@.
int pull(const slot::SlotName& name);

}  // namespace hal0::prepare
