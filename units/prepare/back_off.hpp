#pragma once

#include "slot/name.hpp"

namespace hal0::prepare {

/// Before an automatic restart: waits, longer each time, and says so. Before a start that somebody asked for: makes
/// systemd forget the earlier failures, so that only automatic restarts count for the start limit.
/// Asks systemd for the unit's NRestarts; when that fails it warns and does neither.
void back_off(const slot::SlotName& name);

}  // namespace hal0::prepare
