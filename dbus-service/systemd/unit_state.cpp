#include "dbus-service/systemd/unit_state.hpp"

#include "slot/status_text.hpp"

#include <fmt/format.h>
#include <systemd/sd-bus.h>

#include <cstdlib>
#include <memory>
#include <tuple>
#include <vector>

namespace hal0::service {
namespace {

constexpr auto unit_folder = "/org/freedesktop/systemd1/unit";
using FreedText = std::unique_ptr<char, decltype(&std::free)>;

std::string hex(const std::vector<std::uint8_t>& bytes) {
    std::string text;
    for (const auto byte : bytes) text += fmt::format("{:02x}", byte);
    return text;
}

/// The job of a unit: its number, 0 for none, and its object.
std::string job_path(const sdbus::Variant& value) {
    const auto job = value.get<sdbus::Struct<std::uint32_t, sdbus::ObjectPath>>();
    return std::get<0>(job) == 0 ? std::string{} : std::string{std::get<1>(job)};
}

using Take = void (*)(UnitState&, const sdbus::Variant&);

template <auto Member>
void take(UnitState& state, const sdbus::Variant& value) {
    state.*Member = value.get<std::remove_reference_t<decltype(state.*Member)>>();
}

const std::map<std::string_view, Take>& takers() {
    static const std::map<std::string_view, Take> table{
        {"ActiveState", take<&UnitState::active_state>},
        {"SubState", take<&UnitState::sub_state>},
        {"Result", take<&UnitState::result>},
        {"ExecMainStatus", take<&UnitState::exit_status>},
        {"StatusText", take<&UnitState::status_text>},
        {"NRestarts", take<&UnitState::restarts>},
        {"StateChangeTimestamp", take<&UnitState::state_changed_at>},
        {"ActiveEnterTimestamp", take<&UnitState::active_since>},
        {"ActiveEnterTimestampMonotonic", take<&UnitState::active_since_monotonic>},
        {"ControlGroup", take<&UnitState::control_group>},
        {"Job", [](UnitState& state, const sdbus::Variant& value) {
             auto path = job_path(value);
             if (path == state.job_path) return;
             state.job_path = std::move(path);
             state.job_type.clear();
             state.job_began = false;
         }},
        {"InvocationID", [](UnitState& state, const sdbus::Variant& value) {
             state.invocation_id = hex(value.get<std::vector<std::uint8_t>>());
         }},
    };
    return table;
}

}  // namespace

void take_over(UnitState& state, const Properties& changed) {
    const bool was_stopping = state.active_state == "deactivating";
    for (const auto& [name, value] : changed) {
        const auto taker = takers().find(name);
        if (taker != takers().end()) taker->second(state, value);
    }
    const bool is_stopping = state.active_state == "deactivating";
    if (state.is_stopped()) state.control_group.clear();  // systemd does not signal it
    if (state.active_state == "activating" && !state.sub_state.starts_with("auto-restart")) state.job_began = !state.job_path.empty();
    // A restart that is asked for while the unit starts becomes part of the start's job, without a signal (job_install() of systemd's job.c).
    if (is_stopping && !was_stopping && state.job_type == "start") state.job_type.clear();
    if (state.job_type == "restart" && !state.is_active() && !is_stopping) {
        // Once it has stopped the unit, a restart is a start, in the same job (job_finish_and_invalidate(), there).
        state.job_type = "start";
        if (state.is_stopped()) state.job_began = false;
    } else if (state.is_stopped() && state.job_began) {
        state.job_type = "none";  // a start that has failed is over, although systemd shows its job for a moment longer
    }
}

bool waits_for_restart(const UnitState& state) {
    return state.active_state == "activating" && (state.sub_state.starts_with("auto-restart") || slot::is_waiting(state.status_text));
}

bool may_restart(const UnitState& before, const UnitState& now) {
    const bool is_a_stop = !now.job_path.empty() && (before.job_type == "stop" || before.job_type == "restart");
    return before.active_state == "deactivating" && now.active_state == "inactive" && !is_a_stop;
}

std::optional<UnitOfSlot> unit_of_slot_named(std::string_view unit) {
    constexpr std::string_view suffix = ".service";
    if (!unit.ends_with(suffix)) return std::nullopt;
    unit.remove_suffix(suffix.size());
    const auto at = unit.find('@');
    if (at == std::string_view::npos) return std::nullopt;
    const auto kind = unit.substr(0, at);
    if (kind != "hal0-slot" && kind != "hal0-slot-pull") return std::nullopt;
    auto name = slot::SlotName::parse(unit.substr(at + 1));
    if (!name) return std::nullopt;
    return UnitOfSlot{*std::move(name), kind == "hal0-slot-pull"};
}

std::optional<UnitOfSlot> unit_of_slot_at(const std::string& path) {
    // Any unit of the machine may be meant: look before decoding.
    if (path.find("/hal0_2dslot_") == std::string::npos) return std::nullopt;
    char* unit = nullptr;
    if (sd_bus_path_decode(path.c_str(), unit_folder, &unit) <= 0) return std::nullopt;
    const FreedText freed{unit, &std::free};
    return unit_of_slot_named(unit);
}

std::string name_of(const UnitOfSlot& unit) { return unit.pulls ? pull_unit_name(unit.slot) : unit_name(unit.slot); }

std::string unit_path(const std::string& unit) {
    char* path = nullptr;
    if (sd_bus_path_encode(unit_folder, unit.c_str(), &path) < 0) return {};
    const FreedText freed{path, &std::free};
    return path;
}

}  // namespace hal0::service
