#pragma once

#include "slot/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hal0::slot {

/// Splits a text into words by the quoting rules of the POSIX shell (XCU 2.2: backslash, single and double quotes),
/// without expanding anything: `$`, globs, `;` and `|` stay what they are.
/// Errors: an open quote, a backslash at the end, a control character other than blank space, more than 256 words or 64 KiB.
Result<std::vector<std::string>> split_shell_words(std::string_view text);

/// The other way round: a text that split_shell_words() splits into these words, for people to read; quoted only where it must be.
std::string join_shell_words(const std::vector<std::string>& words);

}  // namespace hal0::slot
