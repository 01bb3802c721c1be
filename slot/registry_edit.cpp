#include "slot/registry_edit.hpp"

#include "slot/client_config.hpp"
#include "slot/judge.hpp"
#include "slot/model_registry.hpp"
#include "slot/text.hpp"
#include "slot/toml_json.hpp"
#include "slot/toml_parse.hpp"
#include "slot/toml_splice.hpp"
#include "slot/toml_text.hpp"
#include "slot/write_config.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace hal0::slot {
namespace {

using Json = nlohmann::json;
using Text = Result<std::string, OperationError>;

/// The registry as JSON, or why it cannot be edited.
Result<Json, OperationError> read(std::string_view registry) {
    Diagnostics diagnostics;
    auto document = json_of_toml(std::string{registry_path}, registry, diagnostics);
    if (!document) return invalid_config(to_string(diagnostics.front()));
    const auto* models = find(*document, "models");
    if (models && !models->is_structured()) return invalid_config(fmt::format("{}: models: must be tables, [models.<id>]", registry_path));
    return *std::move(document);
}

/// Which elements of `[[models]]` have an id; the last first.
std::vector<std::size_t> elements_with(const Json& models, std::string_view id) {
    std::vector<std::size_t> found;
    for (std::size_t i = models.size(); i-- > 0;)
        if (text_at(models[i], "id") == id) found.push_back(i);
    return found;
}

bool has_row(const Json& document, std::string_view id) {
    const auto* models = find(document, "models");
    if (!models) return false;
    return models->is_array() ? !elements_with(*models, id).empty() : find(*models, id) != nullptr;
}

std::optional<OperationError> leads_out(const Json& properties, std::string_view key) {
    const auto path = text_at(properties, key);
    if (!path || ("/" + *path + "/").find("/../") == std::string::npos) return std::nullopt;
    return invalid_config(fmt::format("{}: {} is not allowed: a path that is absolute or below the model store, without \"..\"", key, slot::in_quotes(*path)));
}

std::optional<OperationError> wrong_properties(std::string_view id, const Json& properties) {
    if (auto problem = unacceptable(properties)) return problem;
    const auto* own_id = find(properties, "id");
    if (own_id && !own_id->is_null() && *own_id != std::string{id}) return invalid_config(fmt::format("id: must be {}, the model's id", slot::in_quotes(id)));
    for (const auto* key : {"path", "mmproj"})
        if (auto problem = leads_out(properties, key)) return problem;
    return std::nullopt;
}

/// The section of a model in an array of tables, with the blank line in front of it.
std::string element_section(const ModelId& id, Json row) {
    row["id"] = id.str();
    auto section = toml_of_section("models", row);
    return section.replace(section.find("[models]"), std::string_view{"[models]"}.size(), "[[models]]");
}

/// What parse_registry() says of the row alone; without a place, which the client has never seen.
std::optional<OperationError> wrong_row(const std::string& section) {
    Diagnostics diagnostics;
    parse_registry("", section, diagnostics);
    const auto* error = first_error(diagnostics);
    if (!error) return std::nullopt;
    return invalid_config(fmt::format("{}: {}", error->key.substr(std::min(error->key.size(), std::string_view{"models[0]."}.size())), error->message));
}

/// `text` with a section behind it, set off by a blank line.
std::string with_section(std::string_view text, std::string_view section) {
    const std::string newline{toml_text::newline_of(text)};
    std::string out{text};
    if (!text.empty() && !text.ends_with('\n')) out += newline;
    if (text.empty() || text.ends_with("\n\n") || text.ends_with("\n\r\n")) section.remove_prefix(1);
    for (const char c : section) out += c == '\n' ? newline : std::string{c};
    return out;
}

/// A registry that writes its models in braces takes this one there, too.
Text with_values(std::string_view text, const std::vector<std::string>& path, const Json& table) {
    std::string out{text};
    for (const auto& [key, value] : table.items()) {
        if (value.is_null()) continue;
        auto inner = path;
        inner.push_back(key);
        if (value.is_object()) {
            auto merged = with_values(out, inner, value);
            if (!merged) return merged;
            out = *std::move(merged);
            continue;
        }
        auto set = set_value(out, inner, toml_of_json(value));
        if (!set) return invalid_config(fmt::format("{}: {}", registry_path, set.error()));
        out = *std::move(set);
    }
    return out;
}

/// The safety net: with the model, the registry has all the models that it had, and no new errors.
Text checked(std::string_view before, std::string after, const ModelId& id) {
    Diagnostics old_diagnostics, diagnostics;
    const auto old_models = parse_registry("", before, old_diagnostics);
    auto models = parse_registry("", after, diagnostics);
    const bool added = models.erase(id) == 1;
    const bool same = std::equal(models.begin(), models.end(), old_models.begin(), old_models.end(), [](const auto& a, const auto& b) { return a.first == b.first; });
    if (added && same && diagnostics.size() == old_diagnostics.size()) return after;
    const auto* error = first_error(diagnostics);
    return invalid_config(fmt::format("{}: the model cannot be added{}", registry_path, error ? ": " + error->message : ""));
}

std::string users_of(const Plan& plan, std::string_view id) {
    std::string names;
    for (const auto& planned : plan.slots) {
        const auto* config = config_of(planned);
        if (config && config->model && config->model->str() == id) names.append(names.empty() ? "" : ", ").append(planned.name.str());
    }
    return names;
}

}  // namespace

Text add_model(std::string_view registry, std::string_view id_text, const Json& properties) {
    const auto id = ModelId::parse(id_text);
    if (!id) return invalid_config(id.error());
    if (auto problem = wrong_properties(id_text, properties)) return *std::move(problem);
    const auto document = read(registry);
    if (!document) return document.failure();
    if (has_row(*document, id_text)) return invalid_config(fmt::format("model '{}' is in the registry already: remove it first, or choose another id", id_text));

    auto row = properties;
    row.erase("id");
    const auto element = element_section(*id, row);
    if (auto problem = wrong_row(element)) return *std::move(problem);
    const auto* models = find(*document, "models");
    const bool is_array = models && models->is_array();
    auto text = with_section(registry, is_array ? element : toml_of_section(toml_text::write_path({"models", id->str()}), row));
    if (text.size() > largest_file) return invalid_config(fmt::format("{}: with this model, the file would be larger than 1 MiB", registry_path));
    Diagnostics diagnostics;
    if (json_of_toml("", text, diagnostics)) return checked(registry, std::move(text), *id);
    if (is_array) return invalid_config(fmt::format("{}: models is written as a list, not as sections: add it in an editor", registry_path));
    auto in_braces = with_values(registry, {"models", id->str()}, row);
    return in_braces ? checked(registry, *std::move(in_braces), *id) : in_braces;
}

Text remove_model(std::string_view registry, std::string_view id, const Plan& plan) {
    const auto document = read(registry);
    if (!document) return document.failure();
    if (!has_row(*document, id)) {
        Diagnostics diagnostics;
        const auto models = parse_registry(std::string{registry_path}, registry, diagnostics);
        return OperationError{ErrorKind::no_such_model, fmt::format("model {} is not in the registry {}, which has {}", slot::in_quotes(id), registry_path, known_ids(models))};
    }
    if (const auto users = users_of(plan, id); !users.empty())
        return OperationError{ErrorKind::busy, fmt::format("model '{}' is the default of {}: give these slots another one first", id, users)};
    const auto& models = *find(*document, "models");
    Result<std::string> text{std::string{registry}};
    if (models.is_object()) text = remove_tree(registry, {"models", std::string{id}});
    else for (const auto index : elements_with(models, id))
        if (text) text = remove_element(*text, {"models"}, index);
    if (!text) return invalid_config(fmt::format("{}: {}", registry_path, text.error()));
    return *std::move(text);
}

}  // namespace hal0::slot
