#pragma once

#include "dbus-service/catalog.hpp"
#include "dbus-service/journal.hpp"
#include "dbus-interfaces/loop/bus_source.hpp"
#include "dbus-interfaces/loop/loop.hpp"
#include "dbus-interfaces/loop/proxies.hpp"
#include "dbus-service/model_files.hpp"
#include "dbus-service/objects/requests.hpp"
#include "dbus-service/objects/root_object.hpp"
#include "dbus-service/objects/slot_objects.hpp"
#include "dbus-service/operations/authorization.hpp"
#include "dbus-service/operations/operations.hpp"
#include "dbus-service/servers/servers.hpp"
#include "dbus-service/systemd/reloads.hpp"
#include "dbus-service/systemd/systemd.hpp"
#include "dbus-service/watch.hpp"
#include "dbus-service/worker.hpp"
#include "slot/host.hpp"

#include <memory>
#include <optional>
#include <string>

namespace hal0::service {

/// hal0d, wired: who tells whom of a change. Nothing is decided here.
class Hal0d {
public:
    /// `root` is put before every path; empty for the real one. Throws sdbus::Error or std::system_error.
    Hal0d(bus::Loop& loop, sdbus::IConnection& connection, const std::string& root);

    /// Has seen the files and systemd's units; exports the objects and takes the name. What has the name answers right.
    bus::Task<> begin();

private:
    Systemd::Listener follow_units();
    SlotObjects::Listener follow_slots();
    Operations::Outside outside();
    ModelFiles::Asks ask_store();
    static void remove_stale_files(const std::string& root);
    void forget_stale_trials();
    void read_files_now();
    void files_changed();
    void unload_unused(const slot::SlotName& name);
    void find_error_line(const slot::SlotName& name, const FailedStart& start, std::function<void(std::string)> found);

    sdbus::IConnection& connection_;
    Worker worker_;
    bus::Proxies proxies_;
    Catalog catalog_;
    slot::Host host_;
    Systemd systemd_;
    Reloads reloads_;
    SlotObjects slots_;
    Servers servers_;
    Authorization authorization_;
    Operations operations_;
    ModelFiles model_files_;
    Requests requests_;
    std::optional<RootObject> root_object_;
    Watch watch_;
    bus::BusSource bus_;
};

}  // namespace hal0::service
