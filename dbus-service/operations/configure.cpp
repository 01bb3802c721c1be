#include "dbus-interfaces/operation_failed.hpp"
#include "dbus-service/operations/operations.hpp"
#include "dbus-service/port_probe.hpp"

#include "slot/create.hpp"
#include "slot/disk/markers.hpp"
#include "slot/disk/paths.hpp"
#include "slot/disk/write_file.hpp"
#include "slot/edit.hpp"
#include "slot/judge.hpp"
#include "slot/registry_edit.hpp"

#include <fmt/format.h>

namespace hal0::service {
namespace {

using slot::ErrorKind;

constexpr int most_attempts = 3;  // when somebody else writes the same file at the same time

std::string slot_path(const slot::SlotName& name) { return fmt::format("{}/{}.toml", disk::slots_folder, name.str()); }

/// If somebody has removed the file of a slot of that name by hand, its marker may still be there, with which the new slot would
/// start at boot, and a trial. They go first: whoever reloads systemd meanwhile must not find them beside the file.
slot::Result<bool> make_slot_file(const std::string& root, const slot::SlotName& name, const std::string& text) {
    if (auto problem = disk::clear_marker(root, name)) return *std::move(problem);
    if (auto problem = disk::clear_trial(root, name)) return *std::move(problem);
    return disk::create_file(root + slot_path(name), text);
}

}  // namespace

bus::Task<slot::SlotName> Operations::create(std::string name, nlohmann::json config) {
    std::optional<slot::SlotName> made;
    {
        const auto turn = co_await files_turn();
        read_files();
        const auto detected = catalog_.detected() ? catalog_.detected() : outside_.detected;
        const auto fresh = bus::value_or_throw(slot::new_slot(catalog_.plan(), name, config, detected, taken_ports()));
        refuse_unknown_model(fresh.name, fresh.toml);
        const Change write = [root = catalog_.root(), name = fresh.name, text = fresh.toml] { return make_slot_file(root, name, text); };
        const bool created = co_await change_on_disk(write);
        if (!created) throw bus::OperationFailed{ErrorKind::slot_exists, fmt::format("{} was made by somebody else just now", slot_path(fresh.name))};
        read_files();
        made = fresh.name;
    }
    co_await let_systemd_read_file(*made);
    outside_.show_changes();
    co_return *made;
}

void Operations::refuse_unknown_model(const slot::SlotName& name, const std::string& toml) const {
    const auto judged = slot::judge(catalog_.plan(), name, slot_path(name), toml, catalog_.detected());
    const auto* slot = std::get_if<slot::Slot>(&judged);
    if (slot && slot->config.model) bus::value_or_throw(slot::known_model(*slot, *slot->config.model, catalog_.registry()));
}

bus::Task<> Operations::rewrite(slot::SlotName name, Rewrite text) {
    const auto turn = co_await files_turn();
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        read_files();
        const auto before = text_of(name);
        const auto after = text(before);
        if (after == before) co_return;
        const Change write = [path = catalog_.root() + slot_path(name), before, after] { return disk::replace_file(path, before, after); };
        const bool replaced = co_await change_on_disk(write);
        read_files();
        outside_.show_changes();
        if (replaced) co_return;
    }
    throw bus::OperationFailed{ErrorKind::busy, fmt::format("{} changes all the time: try again when nobody else writes it", slot_path(name))};
}

bus::Task<> Operations::edit(slot::SlotName name, nlohmann::json changes) {
    const Rewrite splice = [this, name, changes](const std::string& before) {
        auto after = bus::value_or_throw(slot::edit_slot(catalog_.plan(), name, before, changes, catalog_.detected()));
        // An old mistake is no reason to refuse another change.
        if (after != before && changes.contains("model")) refuse_unknown_model(name, after);
        return after;
    };
    co_await rewrite(name, splice);
}

bus::Task<> Operations::apply(slot::SlotName name) {
    co_await let_systemd_read_file(name);
    const auto* slot = std::get_if<slot::Slot>(&known(name).slot);
    const bool disabled = slot && !slot->config.enabled;
    const bool is_unloaded = systemd_.slot_unit(name).does_nothing() && !catalog_.is_loaded(name);
    if (!disabled || is_unloaded) co_return;
    call_off_swap(name);
    co_await stop_for_good(name);
}

bus::Task<> Operations::update(slot::SlotName name, nlohmann::json changes) {
    const auto turn = co_await turns_.take(name.str(), "slot " + name.str());
    co_await edit(name, changes);
    co_await apply(name);
}

bus::Task<> Operations::set_config(slot::SlotName name, std::string toml, std::optional<std::string> replaces) {
    const auto turn = co_await turns_.take(name.str(), "slot " + name.str());
    const Rewrite replace = [this, name, toml, replaces](const std::string& before) {
        if (replaces && *replaces != before)
            throw bus::OperationFailed{ErrorKind::busy, fmt::format("{} was changed by somebody else since it was read: read it again, and edit that", slot_path(name))};
        const auto wanted = bus::value_or_throw(slot::slot_of_text(catalog_.plan(), name, toml, catalog_.detected()));
        const auto* present = slot::config_of(known(name));
        const auto& model = wanted.config.model;
        if (model && (!present || present->model != model)) bus::value_or_throw(slot::known_model(wanted, *model, catalog_.registry()));
        return toml;
    };
    co_await rewrite(name, replace);
    co_await apply(name);
}

bus::Task<> Operations::remove(slot::SlotName name) {
    call_off_swap(name);
    auto turn = co_await turns_.take(name.str(), "slot " + name.str());
    call_off_swap(name);  // one that had its turn just before has begun only now
    read_files();
    known(name);
    co_await mark_unloaded(name);
    // A running unit without its drop-in would be a riddle, and so would the pull of nobody's image: they stop first; nobody
    // is made to wait for that.
    const bool runs = !systemd_.slot_unit(name).is_stopped() || !systemd_.pull_unit(name).is_stopped();
    if (runs)
        in_background(name, finish_removal(name, std::move(turn)));
    else
        co_await finish_removal(name, std::move(turn));
}

bus::Task<> Operations::finish_removal(slot::SlotName name, Turns::Turn turn) {
    static_cast<void>(turn);  // held until the end
    const UnitOfSlot slot{name, false}, pull{name, true};
    co_await put_to_rest(slot);
    co_await put_to_rest(pull);
    {
        const auto files = co_await files_turn();
        const Change write = [path = catalog_.root() + slot_path(name)] { return disk::remove_file(path); };
        co_await change_on_disk(write);
    }
    co_await forget_trial(name);
    notices_.erase(name);
    systemd_.forget_pull(name);
    read_files();
    co_await let_systemd_read_file(name);
}

// --- the model registry ----------------------------------------------------------------------------------

bus::Task<> Operations::edit_registry(RegistryChange change) {
    const auto turn = co_await files_turn();
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        read_files();
        const auto registry = catalog_.registry_file();
        if (registry && !registry->problem.empty())
            throw bus::OperationFailed{ErrorKind::invalid_config, fmt::format("{} cannot be read: {}", registry->path, registry->problem)};
        const auto before = registry ? registry->text : std::string{};
        const auto after = bus::value_or_throw(change(before));
        const Change write = [path = catalog_.root() + disk::registry_path, exists = registry.has_value(), before, after] {
            return exists ? disk::replace_file(path, before, after) : disk::create_file(path, after);
        };
        const bool written = co_await change_on_disk(write);
        read_files();
        if (written) co_return;
    }
    throw bus::OperationFailed{ErrorKind::busy, fmt::format("{} changes all the time: try again when nobody else writes it", disk::registry_path)};
}

bus::Task<> Operations::add_model(std::string id, nlohmann::json row) {
    if (const auto valid = slot::ModelId::parse(id); !valid) throw bus::OperationFailed{ErrorKind::invalid_name, valid.error()};
    const RegistryChange change = [id, row](std::string_view text) { return slot::add_model(text, id, row); };
    co_await edit_registry(change);
}

bus::Task<> Operations::remove_model(std::string id) {
    if (const auto running = outside_.slots_running(id); !running.empty())
        throw bus::OperationFailed{ErrorKind::busy, fmt::format("model '{}' runs in slot {}: unload it, or swap it to another one first", id, running.front().str())};
    const RegistryChange change = [this, id](std::string_view text) { return slot::remove_model(text, id, catalog_.plan()); };
    co_await edit_registry(change);
}

}  // namespace hal0::service
