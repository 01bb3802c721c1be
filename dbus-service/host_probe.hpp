#pragma once

#include "slot/host.hpp"

#include <string>

namespace hal0::service {

/// What the kernel shows of this host below `root`/sys, `root`/proc and `root`/etc. Takes milliseconds: a few dozen small
/// files that the kernel makes up, and no other program.
slot::Host probe_host(const std::string& root);

}  // namespace hal0::service
