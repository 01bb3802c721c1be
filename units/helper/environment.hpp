#pragma once

#include <charconv>
#include <string>
#include <system_error>

namespace hal0::helper {

/// A variable of the unit's environment; empty when it is not set.
std::string variable(const char* name);

/// The same as a whole number; 0 when it is none.
template <class Number>
Number number(const char* name) {
    const auto text = variable(name);
    Number value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc{} && end == text.data() + text.size() ? value : Number{0};
}

}  // namespace hal0::helper
