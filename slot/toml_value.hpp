#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace hal0::slot {

struct TomlValue;
using TomlArray = std::vector<TomlValue>;
using TomlInlineTable = std::vector<std::pair<std::string, TomlValue>>;

/// A value that hal0 writes into a TOML file: all that JSON has but null. Tables are values only inside arrays; elsewhere
/// each of their keys is set by itself, so that they get the style of their file.
struct TomlValue : std::variant<bool, std::int64_t, double, std::string, TomlArray, TomlInlineTable> {
    using variant::variant;
    TomlValue(const std::vector<std::string>& texts) : variant(TomlArray(texts.begin(), texts.end())) {}
};

}  // namespace hal0::slot
