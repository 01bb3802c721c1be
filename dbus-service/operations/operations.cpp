#include "dbus-service/operations/operations.hpp"

#include "dbus-service/objects/slot_properties.hpp"
#include "dbus-interfaces/operation_failed.hpp"
#include "slot/disk/markers.hpp"
#include "slot/disk/read_file.hpp"
#include "slot/disk/write_file.hpp"
#include "slot/load.hpp"
#include "slot/text.hpp"

#include <fmt/format.h>

namespace hal0::service {

using slot::ErrorKind;

// --- what is there ---------------------------------------------------------------------------------------

void Operations::read_files() {
    catalog_.read();
    outside_.files_changed();
}

const slot::PlannedSlot& Operations::known(const slot::SlotName& name) const {
    const auto* planned = catalog_.find(name);
    if (!planned) throw bus::OperationFailed{ErrorKind::no_such_slot, fmt::format("there is no slot {}: its file is gone", name.str())};
    return *planned;
}

const slot::Slot& Operations::resolved(const slot::SlotName& name) const {
    const auto& planned = known(name);
    if (const auto* refusal = std::get_if<slot::Refusal>(&planned.slot)) throw bus::OperationFailed{ErrorKind::invalid_config, to_string(refusal->reason)};
    return std::get<slot::Slot>(planned.slot);
}

std::string Operations::text_of(const slot::SlotName& name) const {
    const auto* file = catalog_.source(name);
    if (!file) throw bus::OperationFailed{ErrorKind::no_such_slot, fmt::format("there is no slot {}: its file is gone", name.str())};
    if (!file->problem.empty()) throw bus::OperationFailed{ErrorKind::invalid_config, fmt::format("{} cannot be read: {}", file->path, file->problem)};
    return file->text;
}

std::string Operations::config_text(const slot::SlotName& name) {
    read_files();
    auto text = text_of(name);
    if (!slot::is_utf8(text)) throw bus::OperationFailed{ErrorKind::invalid_config, fmt::format("the file of slot {} is not UTF-8: mend it with an editor", name.str())};
    return text;
}

slot::SourcedWords Operations::command(const slot::SlotName& name) {
    read_files();
    return command_now(resolved(name), catalog_.plan().settings, catalog_.models()).words;
}

std::string Operations::notice(const slot::SlotName& name) const {
    const auto found = notices_.find(name);
    return found == notices_.end() ? "" : found->second;
}

void Operations::set_notice(const slot::SlotName& name, std::string notice) {
    if (notice.empty())
        notices_.erase(name);
    else
        notices_[name] = std::move(notice);
    outside_.notice_changed(name);
}

nlohmann::json Operations::default_model(const std::string& id) { return {{"model", {{"default", id}}}}; }

// --- files -----------------------------------------------------------------------------------------------

bus::Task<> Operations::write_on_disk(Write write) {
    const auto problem = std::make_shared<std::optional<slot::Error>>();
    bus::Callback<bool> done{[&](bus::Callback<bool>::Resume resume) { worker_.run([write, problem] { *problem = write(); }, [resume] { resume(true); }); }};
    co_await done;
    if (*problem) throw bus::OperationFailed{ErrorKind::file_failed, (*problem)->message};
}

bus::Task<bool> Operations::change_on_disk(Change change) {
    const auto changed = std::make_shared<slot::Result<bool>>(false);
    bus::Callback<bool> done{[&](bus::Callback<bool>::Resume resume) { worker_.run([change, changed] { *changed = change(); }, [resume] { resume(true); }); }};
    co_await done;
    if (!*changed) throw bus::OperationFailed{ErrorKind::file_failed, changed->error()};
    co_return **changed;
}

bus::Task<> Operations::mark_loaded(slot::SlotName name) {
    const Write write = [root = catalog_.root(), name] { return disk::set_marker(root, name); };
    co_await write_on_disk(write);
    read_files();
}

bus::Task<> Operations::mark_unloaded(slot::SlotName name) {
    const Write write = [root = catalog_.root(), name] { return disk::clear_marker(root, name); };
    co_await write_on_disk(write);
    read_files();
}

bus::Task<> Operations::set_trial(slot::SlotName name, slot::ModelId model) {
    const Write write = [root = catalog_.root(), name, model] { return disk::set_trial(root, name, model); };
    co_await write_on_disk(write);
}

bus::Task<> Operations::forget_trial(slot::SlotName name) {
    const Write write = [root = catalog_.root(), name] { return disk::clear_trial(root, name); };
    co_await write_on_disk(write);
}

/// Changes of files follow one another, whichever slots they are for: which port is free depends on all of them.
bus::Task<Turns::Turn> Operations::files_turn() {
    co_return co_await turns_.take("files/", "the slots' files");  // no slot has such a name
}

// --- systemd ---------------------------------------------------------------------------------------------

bus::Task<> Operations::let_systemd_read_file(slot::SlotName name) {
    if (!catalog_.systemd_has_read(name)) co_await let_systemd_reload();
}

bus::Task<> Operations::let_systemd_read(slot::SlotName name) {
    bool has_read = catalog_.systemd_has_read(name);
    try {
        // The pull's unit, which a start may need, comes first: systemd 252 notices a new folder of drop-ins only when it loads a unit,
        // and the slot's may be loaded.
        if (has_read) has_read = !co_await systemd_.needs_reload(pull_unit_name(name));
        if (has_read) has_read = !co_await systemd_.needs_reload(unit_name(name));
    } catch (const sdbus::Error& refused) {
        throw bus::OperationFailed{ErrorKind::systemd_failed, fmt::format("systemd does not say whether it has read the files of {}: {}", unit_name(name), refused.getMessage())};
    }
    if (!has_read) co_await let_systemd_reload();
}

bus::Task<> Operations::let_systemd_reload() {
    // Behind those who are about to write: they share the reload.
    { const auto turn = co_await files_turn(); }
    try {
        co_await reloads_.reload();
    } catch (const sdbus::Error& refused) {
        throw bus::OperationFailed{ErrorKind::systemd_failed, fmt::format("systemd does not read the new configuration (daemon-reload): {}", refused.getMessage())};
    }
}

bus::Task<sdbus::ObjectPath> Operations::queued(bus::Task<sdbus::ObjectPath> job, std::string what) {
    try {
        co_return co_await std::move(job);
    } catch (const sdbus::Error& refused) {
        throw bus::OperationFailed{ErrorKind::systemd_failed, fmt::format("systemd refuses to {}: {}", what, refused.getMessage())};
    }
}

bus::Task<> Operations::start_or_restart(slot::SlotName name, bool again) {
    const auto unit = unit_name(name);
    const auto before = systemd_.slot_unit(name);
    // After too many failures systemd would refuse what somebody now asks for, and after some let it wait for the next restart.
    const bool waits = waits_for_restart(before);
    if (before.active_state == "failed" || waits) co_await systemd_.reset_failed(unit);
    const bool stops_first = again || waits;
    auto job = stops_first ? systemd_.restart(unit) : systemd_.start(unit);
    const std::string verb = stops_first ? "restart " : "start ";
    co_await queued(std::move(job), verb + unit);
}

bus::Task<> Operations::put_to_rest(UnitOfSlot unit) {
    const auto name = name_of(unit);
    const auto job = co_await queued(systemd_.stop(name), "stop " + name);
    const auto result = co_await systemd_.job_result(job);
    const bool stopped = result == "done" || (result == "lost" && systemd_.state(unit).is_stopped());
    if (!stopped) throw bus::OperationFailed{ErrorKind::systemd_failed, fmt::format("{} did not stop: its job ended with {}", name, result)};
    if (systemd_.state(unit).active_state == "failed") co_await systemd_.reset_failed(name);
}

bus::Task<> Operations::stop_for_good(slot::SlotName name) {
    co_await mark_unloaded(name);
    const auto job = co_await queued(systemd_.stop(unit_name(name)), "stop " + unit_name(name));
    if (systemd_.slot_unit(name).active_state == "failed")
        co_await systemd_.reset_failed(unit_name(name));
    else
        in_background(name, forget_failure(name, job));
}

bus::Task<> Operations::forget_failure(slot::SlotName name, sdbus::ObjectPath stop_job) {
    const auto result = co_await systemd_.job_result(stop_job);
    if (result == "done" && systemd_.slot_unit(name).active_state == "failed") co_await systemd_.reset_failed(unit_name(name));
}

void Operations::in_background(const slot::SlotName& name, bus::Task<> task) {
    bus::detach(std::move(task), [this, name](std::exception_ptr problem) {
        if (!problem) return;
        try {
            std::rethrow_exception(problem);
        } catch (const sdbus::Error& error) {
            outside_.log_failure(name, error.getMessage());
        } catch (const std::exception& error) {
            outside_.log_failure(name, error.what());
        }
    });
}

// --- load, unload, restart, pull -------------------------------------------------------------------------

bus::Task<> Operations::load(slot::SlotName name, std::optional<std::string> model) {
    const auto turn = co_await turns_.take(name.str(), "slot " + name.str());
    refuse_while_swapping(name);
    read_files();
    const auto wanted = bus::value_or_throw(slot::check_load(catalog_.plan(), name, model, catalog_.registry()));
    const auto model_text = wanted ? wanted->str() : std::string{};
    set_notice(name, "");
    const bool is_default = !model || std::get<slot::Slot>(known(name).slot).config.model == wanted;
    if (!is_default) co_await edit(name, default_model(model_text));
    if (!catalog_.is_loaded(name) || !systemd_.slot_unit(name).is_active()) co_await mark_loaded(name);
    const auto unit = systemd_.slot_unit(name);
    const bool runs = unit.is_active();
    if (runs && outside_.running_model(name) == model_text) co_return;
    co_await let_systemd_read(name);
    co_await start_or_restart(name, !unit.is_stopped() && (runs || !is_default));
}

bus::Task<> Operations::unload(slot::SlotName name) {
    call_off_swap(name);
    const auto turn = co_await turns_.take(name.str(), "slot " + name.str());
    call_off_swap(name);  // one that had its turn just before has begun only now
    read_files();
    set_notice(name, "");
    co_await stop_for_good(name);
}

bus::Task<> Operations::restart(slot::SlotName name) {
    const auto turn = co_await turns_.take(name.str(), "slot " + name.str());
    refuse_while_swapping(name);
    read_files();
    bus::value_or_throw(slot::check_load(catalog_.plan(), name, std::nullopt, catalog_.registry()));
    set_notice(name, "");
    if (!catalog_.is_loaded(name)) co_await mark_loaded(name);
    co_await let_systemd_read(name);
    co_await start_or_restart(name, true);
}

bus::Task<> Operations::pull(slot::SlotName name) {
    const auto turn = co_await turns_.take(name.str(), "slot " + name.str());
    read_files();
    resolved(name);
    co_await let_systemd_read(name);
    co_await queued(systemd_.start(pull_unit_name(name)), "start " + pull_unit_name(name));
}

bus::Task<> Operations::reload() {
    read_files();
    try {
        co_await reloads_.reload();
    } catch (const sdbus::Error& refused) {
        throw bus::OperationFailed{ErrorKind::systemd_failed, fmt::format("systemd does not reload: {}", refused.getMessage())};
    }
}

}  // namespace hal0::service
