#pragma once

#include <string>

namespace hal0::prepare {

/// From now on SIGTERM ends this process: without a failure if systemd is stopping `unit`, else with one that is reported.
/// (systemd.service(5) cannot tell the two for a oneshot: a process that a signal ends is a failure there.)
/// Blocks SIGTERM in the calling thread; call it before any other thread starts.
void end_on_sigterm(const std::string& unit);

/// Returns at once, unless a SIGTERM is being handled: then it is for that to end the process. What a child that got the
/// same signal ended with is no reason.
void yield_to_sigterm();

}  // namespace hal0::prepare
