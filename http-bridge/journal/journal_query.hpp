#pragma once

#include "slot/name.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hal0::http {

/// Which entries of the journal: those that any of the groups takes. A group takes what matches in each of the fields that
/// it names; a field that it names twice may have either value (sd_journal_add_match(3)). No group: every entry.
struct JournalQuery {
    using Group = std::vector<std::string>;  // "FIELD=value"
    std::vector<Group> any_of = {};
    bool operator==(const JournalQuery&) const = default;
};

/// How much of it, by the severity of syslog(3); an entry that has none is only among `everything`.
enum class LeastSeverity { everything, info, warning, error };

/// What `journalctl -u hal0-slot@NAME` shows: what the unit says, and what systemd says of it.
JournalQuery slot_log(const slot::SlotName& name);

/// What hal0d, and nobody else, has written about changes of state: of one slot, or of all.
JournalQuery transitions(const std::optional<slot::SlotName>& name = {}, LeastSeverity least = LeastSeverity::everything);

/// What `journalctl -u hal0d -u hal0-http` shows.
JournalQuery own_services(LeastSeverity least = LeastSeverity::everything);

}  // namespace hal0::http
