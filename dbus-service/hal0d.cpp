#include "dbus-service/hal0d.hpp"

#include "dbus-interfaces/names.hpp"
#include "dbus-service/host_probe.hpp"
#include "dbus-service/objects/reply.hpp"
#include "slot/disk/markers.hpp"
#include "slot/disk/paths.hpp"
#include "slot/disk/temporary.hpp"
#include "slot/model_rows.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <cstdio>

namespace hal0::service {
namespace {

/// fmt::print() throws when nobody reads, which is no reason to end.
void say(const char* level, std::string_view text) { std::fputs(fmt::format("{}{}\n", level, text).c_str(), stderr); }

}  // namespace

Hal0d::Hal0d(bus::Loop& loop, sdbus::IConnection& connection, const std::string& root)
    : connection_(connection),
      worker_(loop),
      proxies_(loop, connection),
      catalog_(root),
      host_(probe_host(root)),
      systemd_(connection, proxies_, follow_units()),
      reloads_(loop, [this] { return systemd_.reload(); }),
      slots_(loop, connection, catalog_, systemd_, follow_slots()),
      servers_(loop, [this](const slot::SlotName& name) { slots_.changed(name); }),
      authorization_(proxies_, trusted_on_this_host()),
      operations_(loop, worker_, catalog_, systemd_, reloads_, outside()),
      model_files_(loop, ask_store()),
      requests_{authorization_, operations_, model_files_},
      watch_(loop, root, {.changed = [this](Watch::What) { catalog_.read(); files_changed(); },
                          .failed = [](const slot::Error& problem) { say(SD_WARNING, problem.message); }}),
      bus_(loop, connection) {
    remove_stale_files(root);
}

void Hal0d::remove_stale_files(const std::string& root) {
    for (const auto* folder : {disk::slots_folder, disk::loaded_folder, disk::registry_folder, disk::trial_folder})
        if (const auto removed = disk::remove_stale_temporaries(root + folder); !removed) say(SD_WARNING, removed.error());
}

bus::Task<> Hal0d::begin() {
    co_await systemd_.follow();
    catalog_.read();  // again: a change from before the watch, or that the watch has yet to tell of, would be missing
    forget_stale_trials();
    root_object_.emplace(connection_, catalog_, requests_, slot::to_json(host_).dump());
    slots_.begin(requests_, servers_);
    connection_.requestName(bus::ServiceName{names::service});
}

/// Of a swap that was cut off: nobody waits for it any more. One that a start may still take is that start's.
void Hal0d::forget_stale_trials() {
    for (const auto& planned : catalog_.plan().slots) {
        if (systemd_.slot_unit(planned.name).active_state == "activating") continue;
        if (const auto problem = disk::clear_trial(catalog_.root(), planned.name)) say(SD_WARNING, problem->message);
    }
}

Systemd::Listener Hal0d::follow_units() {
    return {.unit_changed = [this](const slot::SlotName& name) { slots_.changed(name); },
            .has_reloaded = [this] { read_files_now(); },
            .everything_changed = [this] { slots_.all_changed(); }};
}

SlotObjects::Listener Hal0d::follow_slots() {
    return {
        .moved = [](const Transition& transition) { log_transition(transition); },
        .unused_too_long = [this](const slot::SlotName& name) { unload_unused(name); },
        .find_error_line = [this](const auto& name, const auto& start, auto found) { find_error_line(name, start, std::move(found)); },
    };
}

Operations::Outside Hal0d::outside() {
    return {
        .files_changed = [this] { files_changed(); },
        .show_changes = [this] { slots_.show_changes(); },
        .running_model = [this](const slot::SlotName& name) { return slots_.running_model(name); },
        .failure = [this](const slot::SlotName& name) { return slots_.failure(name); },
        .notice_changed = [this](const slot::SlotName& name) { slots_.changed(name); },
        .log_failure = [](const slot::SlotName& name, const std::string& problem) { say(SD_ERR, fmt::format("slot {}: {}", name.str(), problem)); },
        .slots_running = [this](const std::string& model) { return slots_.running(model); },
        .detected = default_device(host_),
    };
}

/// The watch waits until an editor is done. Who has systemd read the files is done, and may ask for a new slot at once.
void Hal0d::read_files_now() {
    catalog_.read();
    files_changed();
    slots_.show_changes();
}

ModelFiles::Asks Hal0d::ask_store() {
    return {
        .rows = [this] {
            const auto& file = catalog_.registry_file();
            return file ? slot::model_rows(catalog_.models(), file->path, file->text) : ModelFiles::Rows{};
        },
        .store = [this] { return catalog_.plan().settings.model_store; },
        .look = [root = catalog_.root()](ModelFiles::Rows& rows, const std::string& store) { add_files(rows, root, store); },
        .answered_late = [this] { root_object_->model_files_changed(); },  // who asked it to look
    };
}

void Hal0d::files_changed() {
    if (!root_object_) return;  // not on the bus yet
    root_object_->files_changed();
    slots_.all_changed();
}

void Hal0d::unload_unused(const slot::SlotName& name) {
    say(SD_INFO, fmt::format("slot {}: unused for its idle_timeout_s, so it is unloaded", name.str()));
    bus::detach(operations_.unload(name), [name](std::exception_ptr problem) {
        if (problem) say(SD_ERR, fmt::format("slot {} cannot be unloaded: {}", name.str(), bus_error(problem).getMessage()));
    });
}

/// The journal is on a disk, so the worker reads it.
void Hal0d::find_error_line(const slot::SlotName& name, const FailedStart& start, std::function<void(std::string)> found) {
    const auto line = std::make_shared<std::string>();
    try {
        worker_.run([name, start, line] { *line = last_error_line(name, start); }, [line, found] { found(std::move(*line)); });
    } catch (const std::exception& busy) {
        say(SD_WARNING, fmt::format("slot {}: its log cannot be read now: {}", name.str(), busy.what()));
        found("");
    }
}

}  // namespace hal0::service
