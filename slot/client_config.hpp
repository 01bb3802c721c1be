#pragma once

#include "slot/operation_error.hpp"
#include "slot/toml_value.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hal0::slot {

/// Configuration that comes from a client, over D-Bus or HTTP, and how much of it one request may bring.
namespace client_config {

inline constexpr std::size_t most_values = 256;        // keys, and elements of lists, at all depths together
inline constexpr std::size_t longest_key = 128;        // bytes
inline constexpr std::size_t longest_text = 16 * 1024; // bytes, of one string
inline constexpr std::size_t most_bytes = 64 * 1024;   // of all keys and strings together
inline constexpr std::size_t deepest = 8;              // tables and lists in one another

}  // namespace client_config

/// Why a client's configuration cannot become TOML, if so: it is not a table, is beyond a limit, or holds a key that is
/// empty, a text that is not UTF-8 or has a NUL in it, a number that TOML cannot hold, a null in a list. Names the key.
/// A null as a key's value is allowed: what it means is the operation's business.
std::optional<OperationError> unacceptable(const nlohmann::json& config);

/// The value as it goes into a TOML file. `value` is part of a configuration that is acceptable, and no null.
TomlValue toml_of_json(const nlohmann::json& value);

/// `value` under `key`, or null if there is none or `config` is not a table.
const nlohmann::json* find(const nlohmann::json& config, std::string_view key);

/// The string under `key`, or nothing.
std::optional<std::string> text_at(const nlohmann::json& config, std::string_view key);

}  // namespace hal0::slot
