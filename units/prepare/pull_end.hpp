#pragma once

#include "slot/name.hpp"

namespace hal0::prepare {

/// What a SIGTERM means for the pull of a slot's image, which this process is: no failure if systemd is stopping the pull's unit, else one
/// that is reported, as is that the pull stood still until the unit's timeout. Returns the exit status.
/// (systemd.service(5) cannot tell a stop from a signal for a oneshot: a process that a signal ends is a failure there.)
int pull_end(const slot::SlotName& name);

}  // namespace hal0::prepare
