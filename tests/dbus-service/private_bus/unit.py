"""A service unit of the stand-in: its states and what it shows of itself, in systemd's words and order (service.c, unit.c)."""

import os
import time

import dbus
from gi.repository import GLib

import unit_files

UNIT = "org.freedesktop.systemd1.Unit"
SERVICE = "org.freedesktop.systemd1.Service"

STARTING = {"start-pre": "start", "start": "start-post", "start-post": "running"}


def label(name):
    """systemd's bus_label_escape()."""
    return "".join(c if c.isascii() and c.isalnum() and not (i == 0 and c.isdigit()) else f"_{ord(c):02x}"
                   for i, c in enumerate(name))


def now():
    return dbus.UInt64(time.time_ns() // 1000), dbus.UInt64(time.monotonic_ns() // 1000)


class Unit:
    def __init__(self, systemd, name, script):
        self.systemd, self.name, self.script = systemd, name, script
        self.path = f"/org/freedesktop/systemd1/unit/{label(name)}"
        self.active, self.sub, self.result, self.status_text = "inactive", "dead", "success", ""
        self.restarts, self.exit_status = 0, 0
        self.job = None
        self.invocation = b""
        self.command = None  # what the container would run: unit_files.Command
        self.server = None
        self.timer, self.then = 0, None
        self.times = {what: (dbus.UInt64(0), dbus.UInt64(0)) for what in ("StateChange", "ActiveEnter", "InactiveEnter")}

    # --- what it shows --------------------------------------------------------------------------------------

    def is_stopped(self):
        return self.active in ("inactive", "failed")

    def may_be_forgotten(self):
        return self.active == "inactive" and self.job is None

    def emitted(self, interface):
        """The properties whose change systemd emits."""
        if interface == SERVICE:
            running = self.active == "active"
            return {"MainPID": dbus.UInt32(os.getpid() if running else 0), "ControlPID": dbus.UInt32(0), "StatusText": self.status_text,
                    "StatusErrno": dbus.Int32(0), "Result": self.result, "NRestarts": dbus.UInt32(self.restarts),
                    "ExecMainStatus": dbus.Int32(self.exit_status)}
        job = (self.job.id, self.job.path) if self.job else (0, "/")
        shown = {"ActiveState": self.active, "SubState": self.sub,
                 "Job": dbus.Struct((dbus.UInt32(job[0]), dbus.ObjectPath(job[1])), signature="uo"),
                 "InvocationID": dbus.Array([dbus.Byte(b) for b in self.invocation], signature="y")}
        for what, (real, monotonic) in self.times.items():
            shown[f"{what}Timestamp"], shown[f"{what}TimestampMonotonic"] = real, monotonic
        return shown

    def properties(self, interface):
        """All of an interface: also those that change without a signal."""
        if interface == SERVICE:
            group = "" if self.is_stopped() else f"/hal0.slice/{self.name}"
            return {**self.emitted(SERVICE), "Type": "notify", "ControlGroup": group,
                    "MemoryCurrent": dbus.UInt64(2**64 - 1), "CPUUsageNSec": dbus.UInt64(2**64 - 1)}
        return {**self.emitted(UNIT), "Id": self.name, "LoadState": "loaded", "Description": self.name,
                "NeedDaemonReload": unit_files.changed_on_disk(self.systemd.root, self.name, self.systemd.read_at, self.systemd.override_folders)}

    # --- states ---------------------------------------------------------------------------------------------

    def enter(self, active, sub, signal_late_ms=0):
        at = now()
        if active != self.active:
            self.times["StateChange"] = at
            if active == "active":
                self.times["ActiveEnter"] = at
            if active in ("inactive", "failed"):
                self.times["InactiveEnter"] = at
        self.active, self.sub = active, sub
        self.status_text = self.script.status.get(sub, self.status_text)
        if not signal_late_ms:
            return self.systemd.unit_changed(self)
        GLib.timeout_add(signal_late_ms, lambda: self.systemd.unit_changed(self) or GLib.SOURCE_REMOVE)

    def wait(self, then, milliseconds=None):
        """Goes on after the phase's time, unless the test holds the unit here."""
        self.stop_waiting()
        self.then = then
        if self.script.hold != self.sub:
            self.timer = GLib.timeout_add(self.script.phase_ms if milliseconds is None else milliseconds, self.go_on)

    def stop_waiting(self):
        if self.timer:
            GLib.source_remove(self.timer)
        self.timer, self.then = 0, None

    def go_on(self):
        then, self.timer, self.then = self.then, 0, None
        if then:
            then()
        return GLib.SOURCE_REMOVE

    def start(self):
        self.result, self.status_text, self.invocation, self.exit_status = "success", "", os.urandom(16), 0
        self.command, refusal = unit_files.command(self.systemd.root, self.name)
        if refusal:
            self.status_text = refusal
        self.enter("activating", "start-pre")
        if refusal:
            return self.wait(lambda: self.fail("exit-code", refusal, again=False))
        if self.command:
            unit_files.write_started(self.systemd.root, self.name, self.command)
        self.wait(self.next_phase)

    def next_phase(self):
        failure = self.script.failure_in(self.sub, self.command.model if self.command else "")
        if failure:
            return self.fail(*failure)
        following = STARTING[self.sub]
        if self.command is None and following == "start-post":  # a pull: it ends by itself
            return self.dead("inactive")
        if following == "start-post":
            self.status_text = "warming up: the server loads its model"
            self.server = self.systemd.open_server(self.command)
        if following != "running":
            self.enter("activating", following)
            return self.wait(self.next_phase)
        self.server.healthy = True
        self.status_text = f"answers on 127.0.0.1:{self.command.port}"
        self.enter("active", "running")
        self.systemd.unit_arrived(self)

    def stop(self):
        if self.is_stopped():
            return self.systemd.unit_arrived(self)
        if self.sub == "auto-restart":
            return self.dead("inactive")
        if self.active != "deactivating":
            self.enter("deactivating", "stop" if self.active == "active" else "stop-sigterm")
        self.wait(lambda: self.dead("inactive" if self.result == "success" else "failed"))

    def fail(self, result, status=None, again=True, exit_status=0):
        """A process of the unit ended badly. Passes through "deactivating", as every service with ExecStopPost= does."""
        self.stop_waiting()
        self.result, self.exit_status = result, exit_status
        if status is not None:
            self.status_text = status
        self.close_server()
        self.enter("deactivating", "stop-post")
        self.wait(lambda: self.dead("inactive" if result == "success" else "failed", again), 1)

    def dead(self, active, again=False):
        self.stop_waiting()
        self.close_server()
        unit_files.remove_started(self.systemd.root, self.name)
        self.enter(active, "failed" if active == "failed" else "dead")
        asked_to_stop = self.job and self.job.type in ("stop", "restart")
        self.systemd.unit_arrived(self)
        if again and self.script.restart_ms is not None and not asked_to_stop and self.job is None:
            return self.wait_for_restart()
        self.systemd.collect(self)

    def wait_for_restart(self):
        self.enter("activating", "auto-restart", self.script.late_ms)
        self.wait(self.restart, self.script.restart_ms)

    def restart(self):
        if self.restarts >= self.script.most_restarts:
            return self.dead("failed")
        self.restarts += 1
        self.systemd.queue(self, "restart")

    def close_server(self):
        if self.server:
            self.server.close()
        self.server = None

    def say(self, text):
        self.status_text = text
        self.systemd.unit_changed(self)
