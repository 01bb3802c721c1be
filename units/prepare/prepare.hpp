#pragma once

#include "slot/name.hpp"

#include <string>

namespace hal0::prepare {

/// ExecStartPre= of hal0-slot@: resolves what only a start can know, pulls a missing image, and leaves it all in
/// start.env for ExecStart=; or the reason why there must be no start, and no restart either. Returns the exit status: a
/// failure, which has been reported, is one that a restart may mend. `root` is put before what is read.
int prepare(const slot::SlotName& name, const std::string& root);

/// ExecStart= of hal0-slot-pull@: pulls the slot's image if it is missing. Returns the exit status.
int pull(const slot::SlotName& name);

}  // namespace hal0::prepare
