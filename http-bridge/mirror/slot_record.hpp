#pragma once

#include "slot/arguments.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace hal0::http {

/// The figures of a running slot that change without a signal. What is not known is not there.
struct Figures {
    std::optional<std::uint64_t> memory_bytes;
    std::optional<double> tokens_per_second;
    std::optional<double> kv_cache_usage;  // 0 to 1
    std::uint32_t requests_deferred = 0;
    bool operator==(const Figures&) const = default;
};

/// A slot as dev.hal0.Slots1.Slot shows it (dbus-interfaces/dev.hal0.Slots1.Slot.xml says what each property means).
/// Points in time are microseconds since 1970; 0 is never.
struct SlotRecord {
    std::string name, type, state = "offline", message;
    std::uint64_t state_changed_at = 0;
    std::string model, default_model;
    std::vector<std::string> models, labels;
    std::string device, backend, provider, profile, image, running_image, image_status;
    std::uint16_t port = 0;
    std::uint32_t context_size = 0;
    bool enabled = false, loaded = false;
    std::string exclusive_group;
    std::uint32_t idle_timeout_s = 0, requests_in_flight = 0, restarts = 0;
    std::uint64_t last_used_at = 0, active_since = 0;
    std::vector<std::tuple<std::string, std::string, std::string>> drift;  // key, running, configured
    std::tuple<std::string, std::uint32_t, std::uint32_t> pull;            // state, layer, layers
    slot::SourcedWords command;     // the image alone, then its arguments
    slot::SourcedWords overridden;  // the arguments that something set again later
    std::string config_path;
    nlohmann::json config = nlohmann::json::object();  // the TOML, as it is written
    Figures figures;
    bool operator==(const SlotRecord&) const = default;

    bool is_running() const { return active_since != 0; }
};

/// What the manager object shows, and the registry.
struct HostRecord {
    std::string version;                                   // of hal0d
    nlohmann::json hardware = nlohmann::json::object();
    std::vector<std::tuple<std::string, std::uint32_t, std::string>> problems;  // file, line, message
    std::vector<nlohmann::json> profiles;                  // rows of the property Profiles
    std::vector<nlohmann::json> models;                    // rows of Models.List()
};

}  // namespace hal0::http
