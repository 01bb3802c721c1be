#pragma once

#include "slot/name.hpp"

namespace hal0::prepare {

/// From now on SIGTERM ends the pull of a slot's image, which this process is: without a failure if systemd is stopping the pull's
/// unit, else with one that is reported, as is that the pull stood still until the unit's timeout.
/// (systemd.service(5) cannot tell a stop from a signal for a oneshot: a process that a signal ends is a failure there.)
/// Call it as helper::on_sigterm.
void end_on_sigterm(const slot::SlotName& name);

}  // namespace hal0::prepare
