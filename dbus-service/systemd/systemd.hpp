#pragma once

#include "dbus-interfaces/loop/proxies.hpp"
#include "dbus-interfaces/loop/task.hpp"
#include "dbus-service/systemd/unit_state.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace hal0::service {

/// systemd as hal0d sees it: the units of slots, followed by signals alone, and the jobs that hal0d asks for
/// (org.freedesktop.systemd1(5)). Never polls.
class Systemd {
public:
    struct Listener {
        std::function<void(const slot::SlotName&)> unit_changed;
        std::function<void()> has_reloaded;        // what whoever asked for the reload asks next comes after this
        std::function<void()> everything_changed;  // after a daemon-reload or a restart of systemd
    };

    /// Adds its matches. Throws sdbus::Error.
    Systemd(sdbus::IConnection& connection, bus::Proxies& proxies, Listener listener);
    Systemd(const Systemd&) = delete;
    Systemd& operator=(const Systemd&) = delete;

    /// Subscribes, then takes a snapshot of all units of slots; with the matches made before, nothing falls between.
    /// Again whenever systemd reappears on the bus or has reloaded.
    bus::Task<> follow();

    const UnitState& slot_unit(const slot::SlotName& name) const { return find(slots_, name); }
    const UnitState& pull_unit(const slot::SlotName& name) const { return find(pulls_, name); }
    const UnitState& state(const UnitOfSlot& unit) const { return unit.pulls ? pull_unit(unit.slot) : slot_unit(unit.slot); }
    /// How the last pull ended, which is known here alone, concerns no later slot of that name.
    void forget_pull(const slot::SlotName& name) { pulls_.erase(name); }
    /// Slots whose unit is not stopped, whether they have a file or not.
    std::vector<slot::SlotName> active_slots() const;

    /// Queues a job that replaces opposite ones, and returns its object path; job_result() must be the next thing to be
    /// awaited by a caller who wants its end. Throws sdbus::Error.
    bus::Task<sdbus::ObjectPath> start(std::string unit) { return queue("StartUnit", std::move(unit)); }
    bus::Task<sdbus::ObjectPath> restart(std::string unit) { return queue("RestartUnit", std::move(unit)); }

    /// The same. One that systemd cannot load (a drop-in is wrong, the template is gone) does nothing: it is stopped without a job,
    /// and the path is empty.
    bus::Task<sdbus::ObjectPath> stop(std::string unit);

    /// Waits for a job's end, which that of no job has come to ("done"): "done", "canceled", "timeout", "failed", "dependency", "skipped"; "lost" if systemd went away.
    bus::Task<std::string> job_result(sdbus::ObjectPath job);

    /// daemon-reload; waits until it has been done. Throws sdbus::Error.
    bus::Task<> reload();
    /// Whether a file of the unit, be it an administrator's drop-in, has changed since systemd read it. A unit that is not loaded is
    /// loaded for the question, so this is for one that is about to start. Throws sdbus::Error.
    bus::Task<bool> needs_reload(std::string unit);
    /// Forgets a unit's failure and its restarts. A unit that is not loaded has none: no error.
    bus::Task<> reset_failed(std::string unit);

private:
    using Units = std::map<slot::SlotName, UnitState>;
    static const UnitState& find(const Units& units, const slot::SlotName& name);

    void add_matches();
    void on_owner_changed(sdbus::Message& message);
    void on_properties_changed(sdbus::Message& message);
    void on_job_removed(sdbus::Message& message);
    void on_unit_removed(sdbus::Message& message);
    void on_reloading(sdbus::Message& message);

    bus::Task<sdbus::ObjectPath> queue(std::string method, std::string unit);
    bus::Task<> snapshot();
    bus::Task<> read_unit(std::string unit);
    void forget(const std::string& unit);
    void forget_unlisted(const std::string& unit);
    bus::Task<> read_again(UnitOfSlot unit);
    bus::Task<> ask_job_type(UnitOfSlot unit, std::string job);
    bus::Task<> ask_whether_ended(UnitOfSlot unit, UnitState before, UnitState ended);
    bus::Task<> follow_again();
    void end_job(const std::string& job, const std::string& result);
    void in_background(bus::Task<> question);
    void ask_next();
    UnitState& state_of(const UnitOfSlot& unit) { return (unit.pulls ? pulls_ : slots_)[unit.slot]; }

    sdbus::IConnection& connection_;
    bus::Proxies& proxies_;
    Listener listener_;
    std::shared_ptr<sdbus::IProxy> manager_;
    std::vector<sdbus::Slot> matches_;
    Units slots_, pulls_;
    std::map<std::string, std::vector<std::function<void(std::string)>>> waiting_for_jobs_;
    std::map<std::string, Properties> service_halves_;  // by unit: the first half of a change
    std::set<std::string> not_heard_of_;  // units that a snapshot under way has neither read nor got a signal of
    std::uint64_t snapshots_ = 0;
    std::deque<bus::Task<>> questions_;  // that wait until fewer are under way
    std::size_t asking_ = 0;
    bool reloading_ = false;
};

}  // namespace hal0::service
