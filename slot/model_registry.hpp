#pragma once

#include "slot/diagnostic.hpp"
#include "slot/name.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hal0::slot {

/// One model of /var/lib/hal0/registry/registry.toml.
struct Model {
    explicit Model(ModelId model_id) : id(std::move(model_id)) {}

    ModelId id;
    std::string name;
    std::string path;  // its file: absolute, or below the model store
    std::string mmproj;
    std::optional<std::uint64_t> size_bytes;
    std::string license, hf_repo, hf_filename, type;
    std::vector<std::string> capabilities, tags, backends;
    // [defaults]: hold where a slot says nothing
    std::optional<std::uint32_t> context_size;
    std::optional<std::int32_t> n_gpu_layers;
    std::optional<double> rope_freq_base;
    Place place;
    bool operator==(const Model&) const = default;
};

using Models = std::map<ModelId, Model>;

/// Reads the registry: `[models.<id>]` tables, or `[[models]]` with `id`. A row with an error is reported and left out;
/// the others stay.
Models parse_registry(const std::string& file, std::string_view toml, Diagnostics& diagnostics);

/// Where the registry is.
inline constexpr std::string_view registry_path = "/var/lib/hal0/registry/registry.toml";

/// Some of the ids, for messages: `a, b, c, d, e and 7 more`, or `no model`.
std::string known_ids(const Models& models);

/// Why a model cannot be found, and what to do: with the ids that are there, and with what was wrong with the registry, for
/// its row may be one of those with an error.
std::string not_in_registry(const ModelId& id, std::string_view file, const Models& models, const Diagnostics& diagnostics);

/// A model as a row of D-Bus' Models.List() and of GET /api/models: what is not set is left out, but for `name`, `path` and
/// the lists, which are always there. `defaults` is a table.
nlohmann::json to_json(const Model& model);

}  // namespace hal0::slot
