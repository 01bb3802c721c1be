#pragma once

#include "dbus-service/catalog.hpp"
#include "dbus-service/late_line.hpp"
#include "dbus-interfaces/variant_json.hpp"
#include "dbus-service/operations/turns.hpp"
#include "dbus-service/systemd/reloads.hpp"
#include "dbus-service/systemd/systemd.hpp"
#include "dbus-service/worker.hpp"
#include "slot/model_registry.hpp"
#include "slot/operation_error.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hal0::service {

/// Why a slot has failed.
struct Failure {
    std::string sentence;            // what is said of it right now
    std::shared_ptr<LateLine> line;  // what its log says, when that is known; null: nobody looks for it
};

/// What can be done to slots (design.md, 7). Each operation first reads the files again, then asks slot/ whether it may be
/// done, then changes files and has systemd act; it ends when systemd has queued its job, and fails with OperationFailed,
/// or with a systemd that cannot be reached.
class Operations {
public:
    /// What the operations need to know and cannot see from here.
    struct Outside {
        std::function<void()> files_changed;  // the catalog was read again: it is shown when the loop comes round…
        std::function<void()> show_changes;   // …or now, so that it is seen before the reply; not from an object's own method
        std::function<std::string(const slot::SlotName&)> running_model;  // empty if nothing runs, or without a model
        std::function<Failure(const slot::SlotName&)> failure;
        std::function<void(const slot::SlotName&)> notice_changed;
        std::function<void(const slot::SlotName&, const std::string&)> log_failure;  // of what nobody waits for
        std::function<std::vector<slot::SlotName>(const std::string& model)> slots_running;  // that model, default or not
        std::optional<slot::Device> detected;
    };

    Operations(bus::Loop& loop, Worker& worker, Catalog& catalog, Systemd& systemd, Reloads& reloads, Outside outside)
        : worker_(worker), catalog_(catalog), systemd_(systemd), reloads_(reloads), outside_(std::move(outside)), turns_(loop) {}

    bus::Task<> load(slot::SlotName name, std::optional<std::string> model);
    bus::Task<> unload(slot::SlotName name);
    bus::Task<> restart(slot::SlotName name);
    bus::Task<> swap(slot::SlotName name, std::string model, bool persist);
    bus::Task<> pull(slot::SlotName name);

    bus::Task<slot::SlotName> create(std::string name, nlohmann::json config);
    bus::Task<> update(slot::SlotName name, nlohmann::json changes);
    /// Replaces the slot's whole file; if `replaces` is given, only one that holds that text.
    bus::Task<> set_config(slot::SlotName name, std::string toml, std::optional<std::string> replaces);
    bus::Task<> remove(slot::SlotName name);
    /// Reads all files again, and has systemd do so.
    bus::Task<> reload();

    bus::Task<> add_model(std::string id, nlohmann::json row);
    bus::Task<> remove_model(std::string id);

    /// Reads the files again: what is asked for is what is on disk.
    void read_files();

    /// The slot's file, byte for byte, as it is now.
    std::string config_text(const slot::SlotName& name);
    /// What a start would run now: the image alone, then its arguments.
    slot::SourcedWords command(const slot::SlotName& name);

    /// How the last swap of a slot ended, until something else is done to it; empty if there is nothing to say.
    std::string notice(const slot::SlotName& name) const;

private:
    struct Swap {
        std::string model;
        bool called_off = false;
    };

    const slot::PlannedSlot& known(const slot::SlotName& name) const;
    /// One whose files are right.
    const slot::Slot& resolved(const slot::SlotName& name) const;
    std::string text_of(const slot::SlotName& name) const;
    void refuse_while_swapping(const slot::SlotName& name) const;
    void call_off_swap(const slot::SlotName& name);
    void set_notice(const slot::SlotName& name, std::string notice);

    using Write = std::function<std::optional<slot::Error>()>;
    using Change = std::function<slot::Result<bool>()>;
    /// Does it on the worker's thread; throws what is in the way. A change returns false if somebody else was faster.
    bus::Task<> write_on_disk(Write write);
    bus::Task<bool> change_on_disk(Change change);
    bus::Task<Turns::Turn> files_turn();
    bus::Task<> mark_loaded(slot::SlotName name);
    bus::Task<> mark_unloaded(slot::SlotName name);
    bus::Task<> set_trial(slot::SlotName name, slot::ModelId model);
    bus::Task<> forget_trial(slot::SlotName name);
    /// Before a start: has systemd read the slot's file, and whatever else its units are made of (`systemctl edit` without a
    /// daemon-reload, a new package), if it has not read what stands there now.
    bus::Task<> let_systemd_read(slot::SlotName name);
    /// The slot's file alone: after a change.
    bus::Task<> let_systemd_read_file(slot::SlotName name);
    bus::Task<> let_systemd_reload();
    /// The change that makes a model the slot's default.
    static nlohmann::json default_model(const std::string& id);
    /// Throws if a slot's file, as it would be, names a model that the registry does not have.
    void refuse_unknown_model(const slot::SlotName& name, const std::string& toml) const;
    using Rewrite = std::function<std::string(const std::string& before)>;
    /// Writes what `text` makes of the slot's file; it may be asked again, and throws if nothing is to be written.
    bus::Task<> rewrite(slot::SlotName name, Rewrite text);
    /// Splices changes into the slot's file.
    bus::Task<> edit(slot::SlotName name, nlohmann::json changes);
    /// Has systemd read what was written, and unloads a slot that is disabled now.
    bus::Task<> apply(slot::SlotName name);
    using RegistryChange = std::function<slot::Result<std::string, slot::OperationError>(std::string_view registry)>;
    bus::Task<> edit_registry(RegistryChange change);

    bus::Task<sdbus::ObjectPath> queued(bus::Task<sdbus::ObjectPath> job, std::string what);
    bus::Task<> start_or_restart(slot::SlotName name, bool again);
    /// Stops a unit, also one that seems to do nothing, for a start may just have been queued; and forgets its failure.
    bus::Task<> put_to_rest(UnitOfSlot unit);
    /// Stops a slot that shall not come back. Its failure is forgotten: who unloads it has seen why.
    bus::Task<> stop_for_good(slot::SlotName name);
    /// A unit that is about to fail when it is stopped is failed when the stop is done.
    bus::Task<> forget_failure(slot::SlotName name, sdbus::ObjectPath stop_job);
    bus::Task<sdbus::ObjectPath> restart_with(slot::SlotName name, slot::ModelId model);
    /// The model that ran before a swap, "" for a server without one; nothing if none ran.
    using Previous = std::optional<std::string>;
    bus::Task<> finish_swap(slot::SlotName name, sdbus::ObjectPath job, slot::ModelId model, Previous previous, bool persist);
    bus::Task<> persist_swap(slot::SlotName name, slot::ModelId model);
    bus::Task<> go_back(slot::SlotName name, slot::ModelId model, Previous previous);
    /// Says how a swap failed: at once, and once more with the line of the log that says why.
    bus::Task<> tell_failure(slot::SlotName name, slot::ModelId model, Failure failure, std::string outcome);
    bus::Task<> restart_previous(slot::SlotName name, std::string model);
    bus::Task<> finish_removal(slot::SlotName name, Turns::Turn turn);
    void in_background(const slot::SlotName& name, bus::Task<> task);

    Worker& worker_;
    Catalog& catalog_;
    Systemd& systemd_;
    Reloads& reloads_;
    Outside outside_;
    Turns turns_;
    std::map<slot::SlotName, Swap> swaps_;
    std::map<slot::SlotName, std::string> notices_;
};

}  // namespace hal0::service
