#pragma once

#include "slot/number.hpp"

#include <string>
#include <vector>

namespace hal0::helper {

/// A variable of the unit's environment; empty when it is not set.
std::string variable(const char* name);

/// The same as words, which blanks divide.
std::vector<std::string> words(const char* name);

/// The same as a whole number; 0 when it is none.
template <class Number>
Number number(const char* name) {
    return slot::parse_number<Number>(variable(name)).value_or(0);
}

}  // namespace hal0::helper
