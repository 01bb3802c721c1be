#include "slot/model_registry.hpp"

#include "slot/text.hpp"
#include "slot/toml_reader.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace hal0::slot {
namespace {

/// A path that can be one word of a command line and one line of an environment file.
Result<std::string> parse_path(std::string_view text) {
    const bool ok = !text.empty() && text.size() <= 4096 && std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
    if (ok) return std::string{text};
    return Error{fmt::format("{} is not allowed: a path without control characters", in_quotes(text))};
}

void read_defaults(Model& model, TomlReader defaults) {
    const auto* context = defaults.has("context_size") ? "context_size" : "ctx_size";
    if (const auto size = defaults.integer(context, ranges::context_size)) model.context_size = static_cast<std::uint32_t>(*size);
    if (const auto layers = defaults.integer("n_gpu_layers", ranges::n_gpu_layers)) model.n_gpu_layers = static_cast<std::int32_t>(*layers);
    model.rope_freq_base = defaults.number("rope_freq_base");
    if (model.rope_freq_base && *model.rope_freq_base <= 0)
        defaults.error("rope_freq_base", fmt::format("{} is not allowed: a number greater than 0", *model.rope_freq_base));
}

/// Other tools own the registry too and keep keys of their own in it: unknown keys are no news here.
Model read_model(const ModelId& id, TomlReader& reader) {
    Model model{id};
    model.name = reader.string("name").value_or(id.str());
    if (reader.has("path"))
        model.path = reader.parsed("path", parse_path).value_or("");
    else
        reader.error("path", "is missing: the model's file");
    model.mmproj = reader.parsed("mmproj", [](std::string_view text) { return text.empty() ? Result<std::string>{std::string{}} : parse_path(text); }).value_or("");
    if (const auto size = reader.integer("size_bytes", ranges::size_bytes)) model.size_bytes = static_cast<std::uint64_t>(*size);
    model.license = reader.string("license").value_or("");
    model.hf_repo = reader.string("hf_repo").value_or("");
    model.hf_filename = reader.string("hf_filename").value_or("");
    model.type = reader.string("type").value_or("");
    model.capabilities = reader.strings("capabilities").value_or(std::vector<std::string>{});
    model.tags = reader.strings("tags").value_or(std::vector<std::string>{});
    model.backends = reader.strings("backends").value_or(std::vector<std::string>{});
    read_defaults(model, reader.table("defaults"));
    model.place = reader.place("path");
    return model;
}

class RegistryReader {
public:
    RegistryReader(std::string file, Diagnostics& diagnostics) : file_(std::move(file)), diagnostics_(diagnostics) {}

    void read_row(std::string_view id_text, const toml::node& node, const std::string& prefix) {
        const auto before = static_cast<std::ptrdiff_t>(diagnostics_.size());
        TomlReader reader{file_, diagnostics_, prefix};
        const auto* table = node.as_table();
        if (table) reader.add(*table);
        const auto id = ModelId::parse(id_text);
        if (!table || !id) {
            diagnostics_.push_back({Severity::error, place_of(file_, node.source()), prefix.substr(0, prefix.size() - 1),
                                    table ? id.error() : "a model is a table, [models.<id>]"});
            return;
        }
        auto model = read_model(*id, reader);
        if (first_error({diagnostics_.begin() + before, diagnostics_.end()})) return;
        if (!models_.emplace(*id, std::move(model)).second)
            reader.error("id", fmt::format("{} is in the registry twice; the first one is used", slot::in_quotes(id->str())));
    }

    Models take() { return std::move(models_); }

private:
    std::string file_;
    Diagnostics& diagnostics_;
    Models models_;
};

}  // namespace

Models parse_registry(const std::string& file, std::string_view toml, Diagnostics& diagnostics) {
    const auto root = parse_toml(file, toml, diagnostics);
    if (!root) return {};
    RegistryReader rows{file, diagnostics};
    const auto* models = root->get("models");
    if (const auto* by_id = models ? models->as_table() : nullptr) {
        for (const auto& [id, node] : *by_id) rows.read_row(id.str(), node, fmt::format("models.{}.", shown_key(id.str())));
    } else if (const auto* list = models ? models->as_array() : nullptr) {
        std::size_t index = 0;
        for (const auto& node : *list) {
            const auto* row = node.as_table();
            const auto id = row ? (*row)["id"].value_or(std::string_view{}) : std::string_view{};
            rows.read_row(id, node, fmt::format("models[{}].", index++));
        }
    } else if (models) {
        diagnostics.push_back({Severity::error, {file, models->source().begin.line}, "models", "must be tables, [models.<id>]"});
    }
    return rows.take();
}

std::string known_ids(const Models& models) {
    constexpr std::size_t most = 5;
    std::string ids;
    std::size_t count = 0;
    for (const auto& [id, model] : models) {
        if (count++ == most) return ids + fmt::format(" and {} more", models.size() - most);
        ids.append(ids.empty() ? "" : ", ").append(id.str());
    }
    return ids.empty() ? "no model" : ids;
}

std::string not_in_registry(const ModelId& id, std::string_view file, const Models& models, const Diagnostics& diagnostics) {
    constexpr std::size_t most_bytes = 300;
    std::string wrong;
    for (const auto& problem : diagnostics)
        if (problem.severity == Severity::error) wrong += fmt::format(" ({})", to_string(problem));
    return fmt::format("model '{}' is not in the registry {}, which has {}{}: add it there, or choose another one", id.str(), file,
                       known_ids(models), shortened(wrong, most_bytes));
}

nlohmann::json to_json(const Model& model) {
    nlohmann::json row{{"id", model.id.str()}, {"name", model.name}, {"path", model.path}, {"capabilities", model.capabilities},
                       {"tags", model.tags}, {"backends", model.backends}, {"defaults", nlohmann::json::object()}};
    if (model.size_bytes) row["size_bytes"] = *model.size_bytes;
    const std::pair<const char*, const std::string&> texts[] = {{"mmproj", model.mmproj}, {"license", model.license}, {"hf_repo", model.hf_repo},
                                                                {"hf_filename", model.hf_filename}, {"type", model.type}};
    for (const auto& [key, text] : texts)
        if (!text.empty()) row[key] = text;
    auto& defaults = row["defaults"];
    if (model.context_size) defaults["context_size"] = *model.context_size;
    if (model.n_gpu_layers) defaults["n_gpu_layers"] = *model.n_gpu_layers;
    if (model.rope_freq_base) defaults["rope_freq_base"] = *model.rope_freq_base;
    return row;
}

}  // namespace hal0::slot
