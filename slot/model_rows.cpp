#include "slot/model_rows.hpp"

#include "slot/toml_json.hpp"

#include <algorithm>

namespace hal0::slot {
namespace {

/// What stands in the text for a model, in either shape of the registry.
nlohmann::json written(const nlohmann::json& models, const std::string& id) {
    if (models.is_object()) return models.value(id, nlohmann::json::object());
    // There may be rows that were refused among them, whose id is anything.
    const auto has_id = [&](const nlohmann::json& row) { return row.is_object() && row.contains("id") && row["id"] == id; };
    const auto row = std::find_if(models.begin(), models.end(), has_id);
    return row == models.end() ? nlohmann::json::object() : *row;
}

}  // namespace

std::vector<nlohmann::json> model_rows(const Models& models, const std::string& file, std::string_view toml) {
    Diagnostics said_already;
    const auto text = json_of_toml(file, toml, said_already);
    const auto all = text ? text->value("models", nlohmann::json::object()) : nlohmann::json::object();
    std::vector<nlohmann::json> rows;
    for (const auto& [id, model] : models) {
        auto row = written(all, id.str());
        row.update(to_json(model));
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace hal0::slot
