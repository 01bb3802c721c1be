#!/usr/bin/python3
"""A stand-in for polkitd: org.freedesktop.PolicyKit1.Authority with a list of what is allowed.

usage: stand_in_polkit.py ADDRESS

dev.hal0.Test.Polkit at / is the test's side: Allow(as actions, i delay_ms; negative: never answers),
Asked() → a(ss): whom it was asked about, and for which action."""

import sys

import dbus
from gi.repository import GLib

from bus_service import Refused, Service, arguments, unknown_method

NAME = "org.freedesktop.PolicyKit1"


class Polkit(Service):
    def __init__(self, address):
        super().__init__(address, "dev.hal0.Test.Polkit")
        self.allowed, self.delay_ms, self.asked = set(), 0, []
        self.own(NAME)

    def handle(self, message):
        member = message.get_member()
        if message.get_interface() == "dev.hal0.Test.Polkit":
            return self.allow(*arguments(message, "asi")) if member == "Allow" else self.tell_asked()
        if (message.get_interface(), member, message.get_path()) != \
                (f"{NAME}.Authority", "CheckAuthorization", "/org/freedesktop/PolicyKit1/Authority"):
            raise unknown_method(message)
        return self.check(message, *arguments(message, "(sa{sv})sa{ss}us"))

    def allow(self, actions, delay_ms):
        self.allowed, self.delay_ms = set(actions), delay_ms
        return ("",)

    def tell_asked(self):
        return "a(ss)", dbus.Array(self.asked, signature="(ss)")

    def check(self, message, subject, action, _details, flags, _cancellation):
        kind, facts = subject
        if kind != "system-bus-name" or set(facts) != {"name"} or not str(facts["name"]).startswith(":"):
            raise Refused(f"{NAME}.Error.Failed", "hal0 names its callers by their unique bus name, which nobody can take over")
        if flags not in (0, 1) or not action.startswith("dev.hal0.slots."):
            raise Refused(f"{NAME}.Error.Failed", f"no such action or flags: {action}, {flags}")
        self.asked.append((str(facts["name"]), str(action)))
        answer = dbus.Struct((action in self.allowed, False, dbus.Dictionary({}, signature="ss")), signature="bba{ss}")
        if self.delay_ms == 0:
            return "(bba{ss})", answer
        if self.delay_ms > 0:
            GLib.timeout_add(self.delay_ms, self.reply, message, "(bba{ss})", answer)
        return None


if __name__ == "__main__":
    polkit = Polkit(sys.argv[1])
    print("ready", flush=True)
    GLib.MainLoop().run()
