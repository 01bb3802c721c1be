#pragma once

#include "slot/model_registry.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace hal0::slot {

/// The registry as JSON, a row for each of `models` in their order: what parse_registry() understood, and beside it the keys
/// that hal0 does not know, as they stand in the text.
std::vector<nlohmann::json> model_rows(const Models& models, const std::string& file, std::string_view toml);

}  // namespace hal0::slot
