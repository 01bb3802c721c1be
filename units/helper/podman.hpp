#pragma once

#include "slot/result.hpp"

#include <sys/types.h>

#include <string>
#include <vector>

namespace hal0::helper {

/// Runs podman with these arguments, its output going where ours goes, and waits. Returns its exit status (128 and the
/// signal's number if one ended it), or why it cannot be run.
slot::Result<int> run_podman(const std::vector<std::string>& arguments);

/// Waits for a child and returns its exit status in the same way.
int wait_for(pid_t child);

/// The error that podman cannot be run, for an errno.
slot::Error cannot_run(int problem);

}  // namespace hal0::helper
