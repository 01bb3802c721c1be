#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace hal0::cli {

/// A line from elsewhere, as it may be shown: no control character, no broken UTF-8 reaches the terminal (they become \xNN).
/// Tabs become spaces; the escape sequences for colours, which servers like to write, are left out.
std::string shown(std::string_view line);

/// How many columns a text takes that shown() made. (Wide characters count as one: a locale would have to say.)
std::size_t columns(std::string_view text);

/// At most so many columns; a text that was cut ends in an ellipsis.
std::string fitted(std::string_view text, std::size_t width);

/// `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace hal0::cli
