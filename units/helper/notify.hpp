#pragma once

#include <string>

namespace hal0::helper {

/// Tells systemd what is assigned in `state`, as "STATUS=…" (sd_notify(3)). Nothing happens outside a unit, or when systemd
/// cannot be told: what a helper does is not worth less for that.
void notify(const std::string& state);

}  // namespace hal0::helper
