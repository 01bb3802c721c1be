#pragma once

#include "slot/name.hpp"
#include "slot/result.hpp"

#include <string>

namespace hal0::prepare {

/// Has systemd pull the slot's image, `image`, through hal0-slot-pull@<name>.service, and reports its status as this unit's own.
/// A unit of its own, because the slot's may reach nothing but this machine. SIGTERM stops that unit, too, and ends this
/// process. Returns true, or why the image could not be pulled.
slot::Result<bool> pull_by_unit(const slot::SlotName& name, const std::string& image);

}  // namespace hal0::prepare
