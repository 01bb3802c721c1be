#pragma once

#include "http-bridge/journal/journal_entry.hpp"

#include <string>

namespace hal0::http {

/// An entry as a line, or, if its message has several, as lines: what `journalctl --output=short-iso` of systemd 252 prints,
/// without the line break at the end (later releases write the time zone with a colon). A message over longest_message ends
/// in an ellipsis. Empty if the entry has no message.
std::string short_iso(const JournalEntry& entry);

/// The message alone, as it stands in that line: without colours; what is no text is shown as `[5B blob data]`.
std::string message_text(const JournalEntry& entry);

/// The frame of a log stream (http-api.md, 5): the line as a JSON string, its id the journal's cursor. Empty if the entry has no message.
std::string log_frame(const JournalEntry& entry);

}  // namespace hal0::http
