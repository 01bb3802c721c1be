#pragma once

#include "http-bridge/json/slot_json.hpp"

#include <vector>

namespace hal0::http {

/// A row of /api/models from one of Models.List() (D-Bus): every field is there, null or empty if the registry does not say it; keys that
/// hal0 does not know follow as they are.
nlohmann::json model_json(const nlohmann::json& row);
/// GET /api/models.
nlohmann::json models_json(const std::vector<nlohmann::json>& rows);

/// GET /api/profiles from the rows of the property Profiles, and the slots that use them.
nlohmann::json profiles_json(const std::vector<nlohmann::json>& rows, const Slots& slots);

}  // namespace hal0::http
