#pragma once

#include "slot/diagnostic.hpp"
#include "slot/settings.hpp"
#include "slot/slot.hpp"

#include <string>
#include <vector>

namespace hal0::slot {

/// A name that nobody else uses: a file of the same name in a folder that comes first would hide this one, and a higher
/// number, such as `systemctl edit` writes, must win over it (systemd.unit(5)).
inline constexpr std::string_view drop_in_file = "50-hal0-generated.conf";

/// The text of `hal0-slot@<name>.service.d/50-hal0-generated.conf`.
/// `rivals`: the other slots of its exclusive group.
std::string slot_drop_in(const Slot& slot, const Settings& settings, const std::vector<SlotName>& rivals);

/// The drop-in of a slot that cannot be rendered: its start fails with the reason. It may still run with what its file was
/// before, so the start of a rival stops it.
std::string refusing_drop_in(const SlotName& name, const std::string& file, const Diagnostic& reason, const std::vector<SlotName>& rivals);

/// The drop-in of hal0-slot-pull@<name>.service: which image to pull.
std::string pull_drop_in(const Slot& slot);

}  // namespace hal0::slot
