#pragma once

#include <string>

namespace hal0::http {

/// Why there is nothing to read, and what to do about it, in one sentence: the library itself does not say, it leaves out
/// what it may not open (sd_journal_open(3)).
/// @param directory the journal files' folder; empty: the machine's own
/// @param error what opening it failed with (errno), or 0
std::string why_unreadable(const std::string& directory, int error);

}  // namespace hal0::http
