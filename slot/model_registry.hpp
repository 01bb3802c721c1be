#pragma once

#include "slot/diagnostic.hpp"
#include "slot/name.hpp"

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

}  // namespace hal0::slot
