#include "dbus-service/objects/slot_objects.hpp"

#include "slot/disk/paths.hpp"
#include "slot/disk/read_file.hpp"
#include "slot/idle.hpp"
#include "slot/status_text.hpp"
#include "slot/toml_json.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <chrono>

namespace hal0::service {
namespace {

constexpr auto started_folder = "/run/hal0/slot/";
constexpr std::size_t largest_started = 256 * 1024;  // more than any command line

std::uint64_t microseconds(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

nlohmann::json config_of(const slot::SourceFile* file) {
    slot::Diagnostics diagnostics;
    const auto config = file ? slot::json_of_slot(file->path, file->text, diagnostics) : std::nullopt;
    return config.value_or(nlohmann::json::object());
}

bool has_failed(const UnitState& unit) { return unit.active_state == "failed" || unit.sub_state.starts_with("auto-restart"); }

/// A shell says 128 and more of what a signal ended, and so does podman. The status of a start may be a helper's: one that was sent a
/// signal fails, while its server ends well.
bool has_exited(const UnitState& unit) {
    const bool is_servers = unit.exit_status != 0 || slot::is_ended_early(unit.status_text);
    return unit.result == "exit-code" && is_servers && unit.exit_status < 128;
}

}  // namespace

SlotObjects::SlotObjects(bus::Loop& loop, sdbus::IConnection& connection, const Catalog& catalog, const Systemd& systemd, Listener listener)
    : loop_(loop), connection_(connection), catalog_(catalog), systemd_(systemd), listener_(std::move(listener)), show_(loop, [this] { show_changes(); }), part_(loop, [this] { part(); }) {}

void SlotObjects::begin(Requests& requests, Servers& servers) {
    requests_ = &requests;
    servers_ = &servers;
    all_changed();
    show_changes();
}

void SlotObjects::changed(const slot::SlotName& name) {
    changed_.insert(name);
    show_.ask();
}

void SlotObjects::all_changed() {
    for (const auto& planned : catalog_.plan().slots) changed_.insert(planned.name);
    for (const auto& name : systemd_.active_slots()) changed_.insert(name);
    for (const auto& [name, entry] : entries_) changed_.insert(name);
    show_.ask();
}

void SlotObjects::show_changes() {
    if (!requests_) return;
    const auto changed = std::exchange(changed_, {});
    for (const auto& name : changed) show(name);
}

/// A slot whose file is gone stays as long as its unit does something.
std::optional<slot::PlannedSlot> SlotObjects::planned(const slot::SlotName& name) const {
    if (const auto* planned = catalog_.find(name)) return *planned;
    if (systemd_.slot_unit(name).is_stopped()) return std::nullopt;
    const auto file = fmt::format("{}/{}.toml", disk::slots_folder, name.str());
    return slot::PlannedSlot{name, file, slot::Refusal{{slot::Severity::error, {file}, "", "the file is gone"}}, {}, {}, false};
}

void SlotObjects::show(const slot::SlotName& name) {
    const auto planned = this->planned(name);
    if (!planned) return remove(name);
    if (leaving_.contains(name)) return;  // part() comes back to it
    auto& entry = entries_[name];
    auto properties = this->properties(name, entry, *planned);
    // Only its job tells a stop from a death: the state is told when it is known.
    if (entry.object && systemd_.slot_unit(name).has_unknown_job()) properties.condition = entry.object->properties().condition;
    wake_when_unused(name, properties);
    if (!entry.object) {
        entry.object = std::make_unique<SlotObject>(connection_, name, *requests_, [this] { part_.ask(); });
        entry.object->show(std::move(properties), servers_->state(name), systemd_.slot_unit(name).state_changed_at);
        return;
    }
    const auto moved = entry.object->update(std::move(properties), servers_->state(name), microseconds(CLOCK_REALTIME));
    if (moved) listener_.moved(*moved);
}

void SlotObjects::remove(const slot::SlotName& name) {
    const auto found = entries_.find(name);
    if (found == entries_.end()) return;
    if (auto& object = found->second.object) {
        object->hide();
        if (object->is_busy()) leaving_.emplace(name, std::move(object));
    }
    entries_.erase(found);
    unused_.erase(name);
    servers_->forget(name);
}

void SlotObjects::part() {
    for (auto one = leaving_.begin(); one != leaving_.end();) {
        if (one->second->is_busy()) {
            ++one;
            continue;
        }
        changed(one->first);  // there may be a new slot of that name
        one = leaving_.erase(one);
    }
}

SlotProperties SlotObjects::properties(const slot::SlotName& name, Entry& entry, const slot::PlannedSlot& planned) {
    const auto& unit = systemd_.slot_unit(name);
    look_at_start(name, entry, unit);
    look_for_error_line(name, entry, unit);
    const auto line = entry.error_line_now(unit);
    return properties_of({.planned = planned,
                          .settings = catalog_.plan().settings,
                          .models = catalog_.models(),
                          .config = config_of(catalog_.source(name)),
                          .loaded = catalog_.is_loaded(name),
                          .unit = unit,
                          .pull = systemd_.pull_unit(name),
                          .started = entry.started,
                          .server = servers_->state(name),
                          .error_line = line ? line->text() : "",
                          .notice = requests_->operations.notice(name),
                          .now_monotonic = microseconds(CLOCK_MONOTONIC)});
}

/// What a start runs is read once, when it is up; and its server is watched from then on.
void SlotObjects::look_at_start(const slot::SlotName& name, Entry& entry, const UnitState& unit) {
    if (!unit.is_active()) {
        entry.started.reset();
        entry.started_of.clear();
        servers_->forget(name);
        return;
    }
    if (entry.started_of != unit.invocation_id) {
        entry.started_of = unit.invocation_id;
        entry.started.reset();
        const auto text = disk::read_file(fmt::format("{}{}{}/{}", catalog_.root(), started_folder, name.str(), slot::started_file), largest_started);
        const auto started = text && *text ? slot::parse_started(**text) : slot::Result<slot::Started>{slot::Error{}};
        if (started) entry.started = *started;
    }
    if (entry.started) servers_->watch(name, {entry.started->port, entry.started->provider, unit.active_since_monotonic, unit.control_group});
}

void SlotObjects::look_for_error_line(const slot::SlotName& name, Entry& entry, const UnitState& unit) {
    if (!has_failed(unit) || unit.invocation_id.empty() || entry.error_line_of == unit.invocation_id) return;
    entry.error_line_of = unit.invocation_id;
    entry.error_line = std::make_shared<LateLine>(loop_);
    listener_.find_error_line(name, {unit.invocation_id, has_exited(unit)}, [this, name, line = entry.error_line](std::string text) {
        const bool says_something = !text.empty();
        line->found(std::move(text));
        const auto found = entries_.find(name);
        if (says_something && found != entries_.end() && found->second.error_line == line) changed(name);
    });
}

void SlotObjects::wake_when_unused(const slot::SlotName& name, const SlotProperties& shown) {
    const bool rests = shown.condition.state == slot::State::ready || shown.condition.state == slot::State::idle;
    if (!rests) {
        if (const auto rested = unused_.find(name); rested != unused_.end()) rested->second.timer->cancel();
        return;
    }
    auto& unused = unused_[name];
    if (!unused.timer) unused.timer = std::make_unique<bus::Loop::Timer>(loop_, [this, name] { changed(name); });
    const auto used = std::max(systemd_.slot_unit(name).active_since_monotonic, servers_->state(name).last_used_monotonic);
    if (std::exchange(unused.since, used) != used) unused.unload_asked_at = 0;
    const auto now = microseconds(CLOCK_MONOTONIC);
    const auto step = slot::rest_step({used, catalog_.plan().settings.idle_after_s, shown.idle_timeout_s, unused.unload_asked_at}, now);
    if (step.unload) {
        unused.unload_asked_at = now;
        listener_.unused_too_long(name);
    }
    if (step.look_again == UINT64_MAX) return unused.timer->cancel();
    unused.timer->set(std::chrono::microseconds{step.look_again - now});
}

std::string SlotObjects::running_model(const slot::SlotName& name) {
    const auto found = entries_.find(name);
    if (found == entries_.end()) return "";
    look_at_start(name, found->second, systemd_.slot_unit(name));  // it may have come up just now
    return found->second.started ? found->second.started->model : "";
}

std::vector<slot::SlotName> SlotObjects::running(const std::string& model) const {
    std::vector<slot::SlotName> names;
    for (const auto& [name, entry] : entries_)
        if (entry.started && entry.started->model == model) names.push_back(name);
    return names;
}

Failure SlotObjects::failure(const slot::SlotName& name) {
    const auto planned = this->planned(name);
    if (!planned) return {};
    auto& entry = entries_[name];
    auto sentence = properties(name, entry, *planned).condition.message;  // which has the line looked for
    return {std::move(sentence), entry.error_line_now(systemd_.slot_unit(name))};
}

}  // namespace hal0::service
