#pragma once

#include "dbus-service/servers/server_state.hpp"
#include "dbus-service/systemd/unit_state.hpp"
#include "slot/model_registry.hpp"
#include "slot/plan.hpp"
#include "slot/started.hpp"
#include "slot/state.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace hal0::service {

/// Everything that a slot's properties follow from. Nothing here is remembered but asked for.
struct Facts {
    const slot::PlannedSlot& planned;
    const slot::Settings& settings;
    const slot::Models& models;
    nlohmann::json config;  // the TOML as written
    bool loaded = false;    // its marker is there
    UnitState unit;
    UnitState pull;
    std::optional<slot::Started> started;  // only while the unit is active
    ServerState server;
    std::string error_line;  // the last error line of the failed start's log
    std::string notice;      // how a swap ended, until the next operation
    std::uint64_t now_monotonic = 0;  // microseconds
};

/// The properties of dev.hal0.Slots1.Slot that have a change signal and are not constant.
struct SlotProperties {
    slot::Condition condition;
    std::string type, model, default_model, device, backend, provider, profile, image;
    std::uint16_t port = 0;
    std::uint32_t context_size = 0;
    bool enabled = false, loaded = false;
    std::string exclusive_group;
    std::uint32_t idle_timeout_s = 0, requests_in_flight = 0;
    std::uint64_t last_used_at = 0, active_since = 0;
    std::vector<std::tuple<std::string, std::string, std::string>> drift;  // key, running, configured
    slot::SourcedWords command, overridden;
    nlohmann::json config;
    std::uint32_t restarts = 0;
    std::vector<std::string> models, labels;
    std::string running_image, image_status;
    std::tuple<std::string, std::uint32_t, std::uint32_t> pull;  // state, layer, layers
    bool operator==(const SlotProperties&) const = default;
};

SlotProperties properties_of(const Facts& facts);

/// The command that a start would run now: the image alone, then the arguments of the server; and those that it would not run,
/// because something has set the same flag later.
struct CommandNow {
    slot::SourcedWords words, overridden;
};
CommandNow command_now(const slot::Slot& slot, const slot::Settings& settings, const slot::Models& models);

}  // namespace hal0::service
