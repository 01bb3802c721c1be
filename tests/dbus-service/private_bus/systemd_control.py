"""The test's hold on the stand-in for systemd."""

import json

from gi.repository import GLib


class SystemdControl:
    """Takes slots' names; see control.py for what each does. pull=True means the unit that pulls the slot's image."""

    def __init__(self, client):
        self.client = client

    def _do(self, verb, **arguments):
        answer = self.client.call("/", "dev.hal0.Test.Systemd", "Do", GLib.Variant("(ss)", (verb, json.dumps(arguments))),
                                  destination="dev.hal0.Test.Systemd")
        return json.loads(answer)

    @staticmethod
    def unit(slot, pull=False):
        return f"hal0-slot{'-pull' if pull else ''}@{slot}.service"

    def script(self, slot, pull=False, **values):
        self._do("script", unit=self.unit(slot, pull), **values)

    def release(self, slot, pull=False):
        self._do("release", unit=self.unit(slot, pull))

    def crash(self, slot, result="exit-code", status=None, exit_status=0):
        self._do("crash", unit=self.unit(slot), result=result, status=status, exit_status=exit_status)

    def say(self, slot, status, pull=False):
        self._do("say", unit=self.unit(slot, pull), status=status)

    def systemctl(self, kind, slot):
        """systemctl start|stop|restart hal0-slot@…, without waiting."""
        self._do("job", kind=kind, unit=self.unit(slot))

    def serve(self, slot, **values):
        self._do("serve", unit=self.unit(slot), **values)

    def reread(self):
        self._do("reread")

    def reloads(self, milliseconds=30, error=None):
        self._do("reloads", milliseconds=milliseconds, error=error)

    def refuse(self, times):
        self._do("refuse", times=times)

    def vanish(self):
        self._do("vanish")

    def come_back(self):
        self._do("come_back")

    def state(self, slot, pull=False):
        """None while systemd does not know the unit."""
        return self._do("state", unit=self.unit(slot, pull))

    def calls(self, member=None):
        return self._do("calls", member=member)

    def jobs_asked(self):
        """(kind, unit) of each job that a client asked for."""
        return [(call[0].removesuffix("Unit").lower(), call[2]) for call in self.calls() if call[0] in ("StartUnit", "StopUnit", "RestartUnit")]

    def reload_count(self):
        return len(self.calls("Reload"))

    def subscribers(self):
        return self._do("subscribers")
