#pragma once

#include <string>

namespace hal0::helper {

/// Tells systemd what is assigned in `state`, as "STATUS=…" (sd_notify(3)). Nothing happens outside a unit with Type=notify or
/// NotifyAccess=, and when systemd cannot be told, which is no reason to start or to fail.
void notify(const std::string& state);

}  // namespace hal0::helper
