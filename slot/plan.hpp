#pragma once

#include "slot/config.hpp"
#include "slot/profile.hpp"
#include "slot/settings.hpp"
#include "slot/slot.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hal0::slot {

/// A file as it was read: where it is, its text, or why it could not be read.
struct SourceFile {
    std::string path;
    std::string text;
    std::string problem;  // "Permission denied"; empty when it was read
};

/// When a slot was loaded: the modification time of its marker.
struct LoadedAt {
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    auto operator<=>(const LoadedAt&) const = default;
};

/// Everything under /etc/hal0 and /usr/share/hal0 that decides what slots there are.
struct Sources {
    std::optional<SourceFile> settings;             // hal0.toml
    std::optional<SourceFile> hardware;             // hardware.json
    std::vector<SourceFile> profiles;               // shipped first, then the admin's
    std::vector<SourceFile> slots;                  // slots/*.toml
    std::map<std::string, LoadedAt> loaded;         // marker's name → when it was made
};

/// One slot as it would run, or why it cannot. A disabled one is a slot, too.
struct PlannedSlot {
    SlotName name;
    std::string file;
    std::variant<Slot, Refusal> slot;
    std::optional<std::string> exclusive_group;
    std::vector<SlotName> rivals;   // the others of its exclusive group
    bool starts_at_boot = false;
    std::optional<Shared<Profile>> profile{};  // of a slot that is refused for another file, if that is decided
};

/// All slots, by name, and all that there is to say about the files.
struct Plan {
    Settings settings;
    Profiles profiles;
    std::vector<PlannedSlot> slots;
    Diagnostics diagnostics;
};

/// Reads the files and decides each slot by itself: one bad file never hides another. Of two slots with one port the
/// first by name keeps it. A slot starts at boot if it is enabled and marked as loaded; of an exclusive group, only the
/// one that was loaded last.
Plan make_plan(const Sources& sources);

/// What the file of a planned slot says, also of one that cannot run because of another file; null if its own is wrong.
const SlotConfig* config_of(const PlannedSlot& planned);

/// The drop-in of one slot, as the generator writes it: to see whether systemd has read its file as it is now.
std::string drop_in_of(const PlannedSlot& planned, const Settings& settings);

struct OutputFile {
    std::string path;  // relative to the generator's folder
    std::string text;
};
struct OutputLink {
    std::string path;
    std::string target;
};
struct Output {
    std::vector<OutputFile> files;
    std::vector<OutputLink> links;
};

/// What the generator writes for one slot, and for a whole plan (systemd.generator(7)).
Output render(const PlannedSlot& planned, const Settings& settings);
Output render(const Plan& plan);

inline constexpr std::size_t most_slots = 4096;
// Each slot of a group names all the others: the drop-ins grow with the square of this.
inline constexpr std::size_t most_rivals = 64;

}  // namespace hal0::slot
