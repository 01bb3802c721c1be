#pragma once

#include "slot/name.hpp"

namespace hal0::prepare {

/// From now on SIGTERM ends the pull of a slot's image, which this process is: without a failure if systemd is stopping the pull's
/// unit, else with one that is reported, as is that the pull stood still until the unit's timeout.
/// (systemd.service(5) cannot tell a stop from a signal for a oneshot: a process that a signal ends is a failure there.)
/// Blocks SIGTERM in the calling thread; call it before any other thread starts.
void end_on_sigterm(const slot::SlotName& name);

/// Returns at once, unless a SIGTERM is being handled: then it is for that to end the process. What a child that got the
/// same signal ended with is no reason.
void yield_to_sigterm();

}  // namespace hal0::prepare
