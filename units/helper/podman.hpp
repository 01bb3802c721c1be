#pragma once

#include "slot/result.hpp"

#include <sys/types.h>

#include <string>
#include <vector>

namespace hal0::helper {

/// Where podman's output goes: where ours does, which is the slot's log, or nowhere.
enum class PodmanOutput { ours, none };

/// Runs podman with these arguments and waits. Returns its exit status (128 and the signal's number if one ended it), or why
/// it cannot be run.
slot::Result<int> run_podman(const std::vector<std::string>& arguments, PodmanOutput output = PodmanOutput::ours);

/// Waits for a child and returns its exit status in the same way.
int wait_for(pid_t child);

/// The error that podman cannot be run, for an errno.
slot::Error cannot_run(int problem);

}  // namespace hal0::helper
