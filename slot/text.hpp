#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hal0::slot {

/// Text that comes from outside, and how it is shown. A *character* here is one that every place takes: UTF-8 (RFC 3629)
/// and none of the code points that are no characters (U+FDD0..U+FDEF, the last two of each plane), because systemd drops
/// a line that holds one.

/// The length in bytes of the character at the front of `text`; 0 if there is none.
std::size_t character_length(std::string_view text);

/// Whether a text consists of characters.
bool is_utf8(std::string_view text);

/// C0 and DEL. (C1 controls are two bytes: in_quotes() and visible() know them.)
constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c); }

/// Letters and digits, and any of `others` behind the first; 1 to `longest` of them.
bool is_name(std::string_view text, std::size_t longest, std::string_view others);

/// The text for a terminal, a log or a status: controls and bytes that are no character are written as \xNN.
std::string visible(std::string_view text);

/// visible() between double quotes, with quotes and backslashes escaped; over 64 characters it is cut and ends in an ellipsis.
std::string in_quotes(std::string_view text);

/// At most `most` bytes of the text, cut between two characters.
std::string shortened(std::string_view text, std::size_t most);

}  // namespace hal0::slot
