#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hal0::http {

/// An entry of the journal: where it is, and those of its fields that somebody here shows (systemd.journal-fields(7)). A
/// field that is missing is empty; of one that is there more than once, this is the first.
struct JournalEntry {
    std::string cursor;                  // sd_journal_get_cursor(3)
    std::uint64_t realtime = 0;          // microseconds since the epoch, when journald took it
    std::string source_realtime;         // the same, when it was sent; decimal
    std::optional<std::string> message;  // may be any bytes; at most longest_message and one more of them
    std::string priority;                // "0" (emergency) to "7" (debug)
    std::string hostname;
    std::string identifier;              // SYSLOG_IDENTIFIER
    std::string comm;
    std::string pid;
    std::string syslog_pid;
    std::string unit;                    // the unit it comes from
    std::string about_unit;              // UNIT: the unit that PID 1 speaks of
    std::string slot;                    // HAL0_...: what hal0d writes about a slot's change of state (dbus-service/journal.hpp)
    std::string state;
    std::string old_state;
    std::string reason;
    bool operator==(const JournalEntry&) const = default;
};

/// Bytes of a message that are shown.
inline constexpr std::size_t longest_message = 16 * 1024;

}  // namespace hal0::http
