"""The test's side of the stand-in for systemd."""

import json


class Control:
    def __init__(self, systemd):
        self.systemd = systemd

    def do(self, verb, arguments):
        method = getattr(self, "do_" + verb)
        return json.dumps(method(**json.loads(arguments)))

    def do_script(self, unit, **values):
        """See Script."""
        self.systemd.script(unit).change(**values)

    def do_release(self, unit):
        """Ends a hold."""
        self.systemd.script(unit).hold = None
        held = self.systemd.units.get(unit)
        if held and not held.timer:
            held.go_on()

    def do_crash(self, unit, result="exit-code", status=None, exit_status=0):
        """The running unit's process ends."""
        self.systemd.units[unit].fail(result, status, exit_status=exit_status)

    def do_say(self, unit, status):
        """The unit's process sets its StatusText."""
        self.systemd.units[unit].say(status)

    def do_job(self, kind, unit):
        """What `systemctl` does: somebody else than hal0d asks for a job."""
        return self.systemd.queue(self.systemd.load(unit), kind).path

    def do_serve(self, unit, **values):
        """healthy, busy, answered of the unit's model server."""
        for name, value in values.items():
            setattr(self.systemd.units[unit].server, name, value)

    def do_reread(self):
        """A daemon-reload without a word, for the test's own preparations."""
        self.systemd.reread()

    def do_reloads(self, milliseconds=30, error=None):
        """How long a daemon-reload takes from now on, and whether it is refused."""
        self.systemd.reload_ms, self.systemd.reload_error = milliseconds, error

    def do_refuse(self, times):
        """So many of the questions that come next, as a bus does whose limits are reached."""
        self.systemd.refusals = times

    def do_vanish(self):
        self.systemd.vanish()

    def do_come_back(self):
        self.systemd.come_back()

    def do_state(self, unit):
        known = self.systemd.units.get(unit)
        return known and {"active": known.active, "sub": known.sub, "status": known.status_text, "job": known.job and known.job.type,
                          "model": known.command and known.command.model}

    def do_calls(self, member=None):
        """[member, path, arguments...] of all calls so far."""
        return [call for call in self.systemd.calls if member in (None, call[0])]

    def do_subscribers(self):
        return sorted(self.systemd.subscribers)
