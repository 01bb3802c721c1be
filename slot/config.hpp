#pragma once

#include "slot/diagnostic.hpp"
#include "slot/name.hpp"
#include "slot/vocabulary.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hal0::slot {

/// Resource limits as the unit takes them (systemd.resource-control(5)); checked, so that each is one valid value.
struct Limits {
    std::optional<std::string> memory_max;   // MemoryMax=: bytes, K/M/G/T, a percentage or "infinity"
    std::optional<std::string> memory_high;  // MemoryHigh=
    std::optional<std::int64_t> cpu_weight;  // CPUWeight=, 1..10000
    std::optional<std::string> allowed_cpus; // AllowedCPUs=, "0-3,8"
    bool operator==(const Limits&) const = default;
};

/// A slot's TOML file, as written: what the file leaves out is empty here, unless the file format has a fixed default.
struct SlotConfig {
    explicit SlotConfig(SlotName slot_name) : name(std::move(slot_name)) {}

    SlotName name;
    Type type = Type::llm;
    std::optional<Device> device;
    std::optional<ProviderId> provider;
    std::optional<std::string> profile;
    std::uint16_t port = 0;
    bool enabled = true;
    std::optional<std::string> exclusive_group;
    std::optional<std::uint32_t> idle_timeout_s;

    std::optional<ModelId> model;
    std::optional<std::uint32_t> context_size;
    std::optional<std::int32_t> n_gpu_layers;
    std::optional<double> rope_freq_base;
    std::vector<std::string> labels;

    std::vector<std::string> extra_args;
    std::optional<std::uint32_t> parallel;
    Limits limits;
    std::uint32_t start_timeout_s = 180;
    std::uint32_t stop_timeout_s = 20;

    std::string file;
    std::vector<std::pair<std::string_view, Position>> positions;  // dotted key, a literal → where it stands, for later diagnostics
    bool operator==(const SlotConfig&) const = default;

    /// Whether the file has `key`, of those that later diagnostics name.
    bool has(std::string_view key) const;
    /// Where `key` stands, or the file.
    Place place_of(std::string_view key) const;
};

/// What reading one slot file gave: the configuration if it has no error, and everything there is to say about it.
struct SlotFile {
    SlotName name;
    std::string path;
    std::optional<SlotConfig> config;
    std::optional<std::string> exclusive_group;  // also of a file with errors elsewhere: its slot may still run
    Diagnostics diagnostics;
};

/// Reads a slot's TOML, flat or nested under `[slot]`.
/// `path` is what messages call the file; `name` is its stem.
SlotFile parse_slot(const SlotName& name, const std::string& path, std::string_view toml);

inline constexpr std::uint16_t bridge_port = 8080;
inline constexpr std::uint32_t default_context_size = 4096;

}  // namespace hal0::slot
