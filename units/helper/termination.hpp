#pragma once

#include <functional>

namespace hal0::helper {

/// From now on a SIGTERM makes a thread of its own call `end`, whose result is the exit status of this process.
/// Blocks SIGTERM in the calling thread; call it once, before any other thread starts.
void on_sigterm(std::function<int()> end);

/// Whether a SIGTERM has come. It stays pending: there is no moment in which it was taken and is not yet known.
bool has_sigterm_come();

/// Returns at once, unless a SIGTERM has come: then it is for that to end the process. What a child or a server that got the same signal
/// ended with is no reason.
void yield_to_sigterm();

}  // namespace hal0::helper
