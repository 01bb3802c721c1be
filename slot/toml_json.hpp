#pragma once

#include "slot/diagnostic.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace hal0::slot {

/// A TOML file as JSON: what is written there, without defaults. What JSON has no word for becomes a string as TOML spells
/// it: dates and times, and nan, inf and -inf (JSON's null would read as "not there").
/// @return nothing if the text is not TOML; the diagnostics say why, and where.
std::optional<nlohmann::json> json_of_toml(const std::string& file, std::string_view toml, Diagnostics& diagnostics);

/// A slot's file as JSON, whichever shape it has: what stands under `[slot]` at the top level (http-api.md, 3). Of a plain
/// key given in both places, which parse_slot() refuses, the one under `[slot]` counts.
std::optional<nlohmann::json> json_of_slot(const std::string& file, std::string_view toml, Diagnostics& diagnostics);

}  // namespace hal0::slot
