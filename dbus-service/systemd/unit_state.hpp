#pragma once

#include "slot/name.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace hal0::service {

/// What systemd says of a unit, in its own words (org.freedesktop.systemd1(5)). The defaults are those of a unit that
/// is not loaded.
struct UnitState {
    std::string active_state = "inactive";
    std::string sub_state = "dead";
    std::string result = "success";
    std::int32_t exit_status = 0;  // ExecMainStatus
    std::string status_text;
    std::uint32_t restarts = 0;
    std::string job_path;  // empty without a pending job
    std::string job_type;  // "start", "stop", "restart", "none" of one that counts no more; empty until it has been asked for
    bool job_began = false;  // the unit was seen to start for it
    std::uint64_t state_changed_at = 0;        // CLOCK_REALTIME, microseconds; 0: never
    std::uint64_t active_since = 0;            // CLOCK_REALTIME, microseconds
    std::uint64_t active_since_monotonic = 0;  // CLOCK_MONOTONIC, microseconds
    std::string invocation_id;                 // 32 hex digits; empty before the first start
    std::string control_group;
    bool operator==(const UnitState&) const = default;

    bool is_active() const { return active_state == "active" || active_state == "reloading" || active_state == "refreshing"; }
    bool has_unknown_job() const { return !job_path.empty() && job_type.empty(); }
    bool is_stopped() const { return active_state == "inactive" || active_state == "failed"; }
    /// No failure to be seen, and no start that waits for something else.
    bool does_nothing() const { return active_state == "inactive" && job_path.empty(); }
};

using Properties = std::map<std::string, sdbus::Variant>;

/// Takes over what `changed` says, be it of interface Unit or Service; other properties are passed over.
/// Throws sdbus::Error if one has another type than systemd documents.
void take_over(UnitState& state, const Properties& changed);

/// Whether the unit stands between a failure and its next automatic restart: systemd waits, or prepare does.
bool waits_for_restart(const UnitState& state);

/// Whether a signal that a slot's unit is inactive may mean no end: systemd shows it so for a moment, too, when it is going to
/// restart it automatically (service_enter_dead() in its service.c). Asked, it says which; a stop that somebody asked for is
/// known by its job.
bool may_restart(const UnitState& before, const UnitState& now);

/// A unit of ours, by its object path.
struct UnitOfSlot {
    slot::SlotName slot;
    bool pulls;  // hal0-slot-pull@ rather than hal0-slot@
};
std::optional<UnitOfSlot> unit_of_slot_at(const std::string& path);
std::optional<UnitOfSlot> unit_of_slot_named(std::string_view unit);

/// Its name.
std::string name_of(const UnitOfSlot& unit);

/// The object path of a unit.
std::string unit_path(const std::string& unit);

}  // namespace hal0::service
