#pragma once

#include "dbus-service/catalog.hpp"
#include "dbus-interfaces/loop/loop.hpp"
#include "dbus-service/objects/slot_object.hpp"
#include "dbus-service/servers/servers.hpp"
#include "dbus-service/systemd/systemd.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace hal0::service {

/// All slots on the bus: what files, systemd and the servers say, joined, whenever one of them says something new. What
/// arrives together is shown together.
class SlotObjects {
public:
    struct Listener {
        std::function<void(const Transition&)> moved;
        std::function<void(const slot::SlotName&)> unused_too_long;  // idle_timeout_s is over
        /// Finds the last error line of a start, and gives it to the function, perhaps empty.
        std::function<void(const slot::SlotName&, const FailedStart&, std::function<void(std::string)>)> find_error_line;
    };

    SlotObjects(bus::Loop& loop, sdbus::IConnection& connection, const Catalog& catalog, const Systemd& systemd, Listener listener);

    /// Begins to show. Apart, because each of these needs the other, and because before the root object is there,
    /// nothing can be shown.
    void begin(Requests& requests, Servers& servers);

    /// Something about a slot, or about all, may have changed: shows it as soon as the loop comes round.
    void changed(const slot::SlotName& name);
    void all_changed();
    /// Shows now what changed().
    void show_changes();

    std::string running_model(const slot::SlotName& name);
    std::vector<slot::SlotName> running(const std::string& model) const;
    /// Why the slot has failed, whether that has been shown or not.
    Failure failure(const slot::SlotName& name);

private:
    /// A slot, and what was found out about its present start.
    struct Entry {
        std::unique_ptr<SlotObject> object;
        std::string started_of, error_line_of;  // the invocations that these are of
        std::optional<slot::Started> started;
        std::shared_ptr<LateLine> error_line;
        /// That of the present start; null as long as nobody looks for it.
        std::shared_ptr<LateLine> error_line_now(const UnitState& unit) const { return error_line_of == unit.invocation_id ? error_line : nullptr; }
    };

    void show(const slot::SlotName& name);
    void remove(const slot::SlotName& name);
    void part();
    std::optional<slot::PlannedSlot> planned(const slot::SlotName& name) const;
    SlotProperties properties(const slot::SlotName& name, Entry& entry, const slot::PlannedSlot& planned);
    void look_at_start(const slot::SlotName& name, Entry& entry, const UnitState& unit);
    void look_for_error_line(const slot::SlotName& name, Entry& entry, const UnitState& unit);
    void wake_when_unused(const slot::SlotName& name, const SlotProperties& shown);

    bus::Loop& loop_;
    sdbus::IConnection& connection_;
    const Catalog& catalog_;
    const Systemd& systemd_;
    Listener listener_;
    Requests* requests_ = nullptr;
    Servers* servers_ = nullptr;
    std::map<slot::SlotName, Entry> entries_;
    std::set<slot::SlotName> changed_;
    bus::Loop::Deferred show_;
    // Taken away while a call was under way: they go when it has been answered.
    std::map<slot::SlotName, std::unique_ptr<SlotObject>> leaving_;
    bus::Loop::Deferred part_;
    // That nobody uses a slot is nothing that anybody signals: time itself makes it idle, and then unloads it.
    struct Unused {
        std::unique_ptr<bus::Loop::Timer> timer;
        std::uint64_t since = 0, unload_asked_at = 0;  // CLOCK_MONOTONIC in microseconds; 0: not asked for since then
    };
    std::map<slot::SlotName, Unused> unused_;
};

}  // namespace hal0::service
