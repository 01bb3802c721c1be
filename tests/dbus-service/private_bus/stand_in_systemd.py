#!/usr/bin/python3
"""A stand-in for PID 1 on a private bus: org.freedesktop.systemd1 as far as a client of service units can see it, and as
strict as the real one. No signal before somebody subscribed; units come when they are asked for and go while they are
inactive; jobs have objects; a reload blocks everything, and what is said of units meanwhile is nonsense.

usage: stand_in_systemd.py ADDRESS ROOT GENERATOR

dev.hal0.Test.Systemd at / is the test's side of it: Do(verb s, arguments s) → s, both JSON; see control.py."""

import fnmatch
import sys
import time

import dbus
from gi.repository import GLib

import unit_files
from bus_service import Refused, Service, arguments, unknown_method
from control import Control
from jobs import Jobs
from model_server import ModelServer
from script import Script
from unit import SERVICE, UNIT, Unit

NAME = "org.freedesktop.systemd1"
MANAGER = "org.freedesktop.systemd1.Manager"
PROPERTIES = "org.freedesktop.DBus.Properties"
PATH = "/org/freedesktop/systemd1"
TEMPLATES = ("hal0-slot@", "hal0-slot-pull@")


class Systemd(Service):
    def __init__(self, address, root, generator):
        super().__init__(address, "dev.hal0.Test.Systemd")
        self.root, self.generator = root, generator
        self.units, self.scripts, self.servers = {}, {}, {}
        self.jobs = Jobs(self)
        self.subscribers = set()
        self.is_there = True
        self.reload_ms, self.reload_error, self.read_at = 30, None, 0
        self.refusals = 0  # of GetAll
        self.calls = []
        self.control = Control(self)
        self.reread()
        self.connection.call_async("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", "s",
                                   ("type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'",), None, None)
        self.connection.add_signal_receiver(self.on_owner_changed, "NameOwnerChanged", "org.freedesktop.DBus")
        self.own(NAME)

    # --- calls ----------------------------------------------------------------------------------------------

    def handle(self, message):
        if message.get_interface() == "dev.hal0.Test.Systemd":
            return "s", self.control.do(*arguments(message, "ss"))
        handler = self.METHODS.get((message.get_interface(), message.get_member()))
        if not handler:
            raise unknown_method(message)
        signature, function = handler
        values = arguments(message, signature)
        self.calls.append([message.get_member(), str(message.get_path()), *map(str, values)])
        if message.get_interface() == MANAGER and message.get_path() != PATH:
            raise unknown_method(message)
        return function(self, message, *values)

    def subscribe(self, message):
        if message.get_sender() in self.subscribers:
            raise Refused("org.freedesktop.systemd1.AlreadySubscribed", "Client is already subscribed.")
        self.subscribers.add(message.get_sender())
        return ("",)

    def unsubscribe(self, message):
        if message.get_sender() not in self.subscribers:
            raise Refused("org.freedesktop.systemd1.NotSubscribed", "Client is not subscribed.")
        self.subscribers.remove(message.get_sender())
        return ("",)

    def start_unit(self, message, name, mode):
        return self.ask_job("start", name, mode)

    def stop_unit(self, message, name, mode):
        return self.ask_job("stop", name, mode)

    def restart_unit(self, message, name, mode):
        return self.ask_job("restart", name, mode)

    def ask_job(self, kind, name, mode):
        if mode not in ("replace", "fail"):
            raise Refused("org.freedesktop.DBus.Error.InvalidArgs", f"Job mode {mode} invalid")
        unit = self.load(name)
        if kind == "stop" and unit.script.is_broken and unit.active == "inactive":  # bus_unit_queue_job() of its dbus-unit.c
            raise Refused("org.freedesktop.systemd1.NoSuchUnit", f"Unit {name} not loaded.")
        job = self.jobs.queue(unit, kind, mode)
        return "o", dbus.ObjectPath(job.path)

    def reset_failed_unit(self, message, name):
        unit = self.units.get(name)
        if not unit:
            raise Refused("org.freedesktop.systemd1.NoSuchUnit", f"Unit {name} not loaded.")
        unit.restarts = 0
        if unit.active == "failed":
            unit.result = "success"
            unit.enter("inactive", "dead")
        else:
            self.unit_changed(unit)
        self.collect(unit)
        return ("",)

    def list_units(self, message, states, patterns):
        shown = [self.listed(unit) for unit in self.units.values()
                 if (not states or unit.active in states or unit.sub in states or "loaded" in states)
                 and (not patterns or any(fnmatch.fnmatchcase(unit.name, pattern) for pattern in patterns))]
        return "a(ssssssouso)", dbus.Array(shown, signature="(ssssssouso)")

    @staticmethod
    def listed(unit):
        job = unit.job
        return (unit.name, unit.name, "loaded", unit.active, unit.sub, "", dbus.ObjectPath(unit.path), dbus.UInt32(job.id if job else 0),
                job.type if job else "", dbus.ObjectPath(job.path if job else "/"))

    def get_unit(self, message, name):
        if name not in self.units:
            raise Refused("org.freedesktop.systemd1.NoSuchUnit", f"Unit {name} not loaded.")
        return "o", dbus.ObjectPath(self.units[name].path)

    def load_unit(self, message, name):
        return "o", dbus.ObjectPath(self.load(name).path)

    def get(self, message, interface, name):
        values = self.properties_at(message.get_path(), interface)
        if name not in values:
            raise Refused("org.freedesktop.DBus.Error.UnknownProperty", f"Unknown property {name}")
        return "v", values[name]

    def get_all(self, message, interface):
        if self.refusals:
            self.refusals -= 1
            raise Refused("org.freedesktop.DBus.Error.LimitsExceeded", "The test wants it so.")
        return "a{sv}", dbus.Dictionary(self.properties_at(message.get_path(), interface), signature="sv")

    def properties_at(self, path, interface):
        """Of a job, or of a unit, which is loaded for it. An empty interface means all."""
        if path.startswith(PATH + "/job/"):
            return self.jobs.properties(path)
        unit = self.load(self.name_at(path))
        if interface not in ("", UNIT, SERVICE):
            raise Refused("org.freedesktop.DBus.Error.UnknownInterface", f"Unknown interface {interface}.")
        return {key: value for one in (SERVICE, UNIT) if interface in ("", one) for key, value in unit.properties(one).items()}

    def name_at(self, path):
        prefix = PATH + "/unit/"
        if not path.startswith(prefix):
            raise Refused("org.freedesktop.DBus.Error.UnknownObject", f"Unknown object '{path}'.")
        parts = path[len(prefix):].split("_")
        return parts[0] + "".join(chr(int(part[:2], 16)) + part[2:] for part in parts[1:])

    # --- units ----------------------------------------------------------------------------------------------

    def load(self, name):
        if not name.startswith(TEMPLATES) or not name.endswith(".service"):
            raise Refused("org.freedesktop.systemd1.NoSuchUnit", f"Unit {name} not found.")
        if name not in self.units:
            self.override_folders = unit_files.override_folders(self.root)  # systemd 252 looks for new ones only now
            self.units[name] = Unit(self, name, self.script(name))
            self.manager_signal("UnitNew", "so", name, dbus.ObjectPath(self.units[name].path))
            self.collect(self.units[name])
        return self.units[name]

    def script(self, name):
        return self.scripts.setdefault(name, Script())

    def collect(self, unit):
        """Forgets the unit in a moment, if it is inactive then."""
        def forget():
            if self.units.get(unit.name) is unit and unit.may_be_forgotten() and not unit.script.is_referenced:
                del self.units[unit.name]
                self.manager_signal("UnitRemoved", "so", unit.name, dbus.ObjectPath(unit.path))
            return GLib.SOURCE_REMOVE
        GLib.idle_add(forget)

    def queue(self, unit, kind):
        return self.jobs.queue(unit, kind, "replace")

    def unit_arrived(self, unit):
        self.jobs.unit_arrived(unit)

    def unit_changed(self, unit):
        """The specific interface first, then Unit; all that changes with a signal, whether it changed or not."""
        for interface in (SERVICE, UNIT):
            self.properties_changed(unit.path, interface, unit.emitted(interface))

    def properties_changed(self, path, interface, values):
        self.emit(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", interface, dbus.Dictionary(values, signature="sv"),
                  dbus.Array([], signature="s"))

    def manager_signal(self, member, signature, *values):
        self.emit(PATH, MANAGER, member, signature, *values)

    def emit(self, *signal):
        if self.subscribers and self.is_there:
            self.signal(*signal)

    def open_server(self, command):
        return ModelServer(command.port, command.model)

    # --- daemon-reload --------------------------------------------------------------------------------------

    def reload(self, message):
        """PID 1 does nothing else meanwhile: calls wait, no unit goes on."""
        if self.reload_error:
            raise Refused(self.reload_error, "The test wants it so.")
        self.manager_signal("Reloading", "b", True)
        self.talk_nonsense()
        time.sleep(self.reload_ms / 1000)
        self.reread()
        self.manager_signal("Reloading", "b", False)
        return ("",)

    def reread(self):
        self.read_at = time.time_ns()
        self.override_folders = unit_files.override_folders(self.root)
        unit_files.generate(self.root, self.generator)

    def talk_nonsense(self):
        """PID 1 takes its units down and up again in its books."""
        for unit in self.units.values():
            self.manager_signal("UnitRemoved", "so", unit.name, dbus.ObjectPath(unit.path))
            self.manager_signal("UnitNew", "so", unit.name, dbus.ObjectPath(unit.path))
            self.properties_changed(unit.path, SERVICE, {**unit.emitted(SERVICE), "Result": "exit-code", "StatusText": "nonsense"})
            nothing = dbus.Struct((dbus.UInt32(0), dbus.ObjectPath("/")), signature="uo")
            self.properties_changed(unit.path, UNIT, {**unit.emitted(UNIT), "ActiveState": "failed", "SubState": "failed", "Job": nothing})

    # --- coming and going -----------------------------------------------------------------------------------

    def on_owner_changed(self, name, _old, new):
        if not new:
            self.subscribers.discard(name)

    def vanish(self):
        """As at a re-execution. Who subscribed is forgotten."""
        self.is_there = False
        self.disown(NAME)
        self.subscribers.clear()

    def come_back(self):
        self.is_there = True
        self.own(NAME)

    METHODS = {
        (MANAGER, "Subscribe"): ("", subscribe), (MANAGER, "Unsubscribe"): ("", unsubscribe),
        (MANAGER, "StartUnit"): ("ss", start_unit), (MANAGER, "StopUnit"): ("ss", stop_unit), (MANAGER, "RestartUnit"): ("ss", restart_unit),
        (MANAGER, "ResetFailedUnit"): ("s", reset_failed_unit), (MANAGER, "ListUnitsByPatterns"): ("asas", list_units),
        (MANAGER, "GetUnit"): ("s", get_unit), (MANAGER, "LoadUnit"): ("s", load_unit), (MANAGER, "Reload"): ("", reload),
        (PROPERTIES, "Get"): ("ss", get), (PROPERTIES, "GetAll"): ("s", get_all),
    }


if __name__ == "__main__":
    systemd = Systemd(*sys.argv[1:])
    print("ready", flush=True)
    GLib.MainLoop().run()
