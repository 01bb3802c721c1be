#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace hal0::slot {

/// The whole of `text` as a number, as std::from_chars() reads it: no blanks, no plus sign, no minus sign for a type without one.
/// Nothing if it is anything else, or too large for the type. `format`: the base, or a std::chars_format.
template <class Number, class... Format>
std::optional<Number> parse_number(std::string_view text, Format... format) {
    Number number{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number, format...);
    return problem == std::errc{} && end == text.data() + text.size() ? std::optional{number} : std::nullopt;
}

}  // namespace hal0::slot
