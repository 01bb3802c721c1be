"""The stand-in's job queue, as job.c has it: at most one job for a unit; the same again joins it, an opposite one replaces it."""

import itertools

import dbus
from gi.repository import GLib

from bus_service import Refused

JOB = "org.freedesktop.systemd1.Job"


class Job:
    def __init__(self, number, unit, kind):
        self.id, self.unit, self.type, self.state = number, unit, kind, "waiting"
        self.path = f"/org/freedesktop/systemd1/job/{number}"


class Jobs:
    def __init__(self, systemd):
        self.systemd, self.jobs, self.numbers = systemd, {}, itertools.count(101)

    def properties(self, path):
        job = self.jobs.get(path)
        if not job:
            raise Refused("org.freedesktop.DBus.Error.UnknownObject", f"Unknown object '{path}'.")
        return {"Id": dbus.UInt32(job.id), "JobType": job.type, "State": job.state,
                "Unit": dbus.Struct((job.unit.name, dbus.ObjectPath(job.unit.path)), signature="so")}

    def queue(self, unit, kind, mode):
        current = unit.job
        if current and "stop" in (current.type, kind) and current.type != kind:
            if mode == "fail":
                raise Refused("org.freedesktop.systemd1.TransactionIsDestructive",
                              f"Transaction for {unit.name}/{kind} is destructive ({unit.name} has '{current.type}' job queued).")
            self.end(current, "canceled", change=False)
            current = None
        if current and (current.type == kind or kind == "start"):
            return current
        if current:  # a restart takes over a start
            current.type = "restart"
            GLib.idle_add(self.run, current)
            return current
        job = Job(next(self.numbers), unit, kind)
        unit.job = self.jobs[job.path] = job
        self.systemd.manager_signal("JobNew", "uos", dbus.UInt32(job.id), dbus.ObjectPath(job.path), unit.name)
        GLib.idle_add(self.begin, job)  # the caller's reply goes first
        return job

    def begin(self, job):
        if job.unit.job is job:
            self.systemd.unit_changed(job.unit)  # shows the job
            result = job.unit.script.take_job_result()
            if result:
                GLib.timeout_add(job.unit.script.phase_ms, self.end, job, result)
            elif job.type == "restart" and job.unit.sub == "auto-restart":  # systemd takes its time, too: the job can be asked for
                GLib.timeout_add(job.unit.script.phase_ms, self.run, job)
            else:
                self.run(job)
        return GLib.SOURCE_REMOVE

    def run(self, job):
        unit = job.unit
        if unit.job is not job:
            return GLib.SOURCE_REMOVE
        job.state = "running"
        if job.type == "start":
            if unit.active == "active":
                self.end(job, "done")
            elif unit.is_stopped() or unit.sub == "auto-restart":
                unit.start()
            elif unit.active == "deactivating":
                job.state = "waiting"
        elif unit.is_stopped():
            self.unit_arrived(unit)
        else:
            unit.stop()
        return GLib.SOURCE_REMOVE

    def unit_arrived(self, unit):
        """The unit reached a state that may be what its job waits for."""
        job = unit.job
        if not job or (job.state == "waiting" and not unit.is_stopped()):
            return
        if job.type == "restart" and unit.is_stopped():
            job.type, job.state = "start", "waiting"
            GLib.idle_add(self.run, job)
        elif job.type == "start" and job.state == "waiting":
            GLib.idle_add(self.run, job)
        elif job.type == "start" and unit.active in ("active", "failed", "inactive"):
            self.end(job, "failed" if unit.active == "failed" else "done")
        elif job.type == "stop" and unit.is_stopped():
            self.end(job, "done")

    def end(self, job, result, change=True):
        unit = job.unit
        if unit.job is not job:
            return GLib.SOURCE_REMOVE
        self.jobs.pop(job.path)
        self.systemd.manager_signal("JobRemoved", "uoss", dbus.UInt32(job.id), dbus.ObjectPath(job.path), unit.name, result)
        unit.job = None
        if change:
            self.systemd.unit_changed(unit)
            self.systemd.collect(unit)
        return GLib.SOURCE_REMOVE
