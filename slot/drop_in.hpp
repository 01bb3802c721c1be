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

/// A slot that must not start, and what is known of it all the same.
struct RefusedSlot {
    const SlotName& name;
    const std::string& file;
    const Diagnostic& reason;
    const SlotConfig* config = nullptr;  // if its own file is right
    const Profile* profile = nullptr;    // if that is decided, too
};

/// The drop-in of such a slot: its start fails with the reason. It may still run with what its file was before, so the
/// start of a rival stops it, and what is known of its timeouts, limits and network holds for it. Its image, if known, can be pulled.
std::string refusing_drop_in(const RefusedSlot& slot, const std::vector<SlotName>& rivals);

/// The program of ExecStart=, which lets podman run only when the unit's prepare has made everything ready.
extern const std::string_view launcher;

}  // namespace hal0::slot
