"""A client of hal0d: types are said explicitly on the way in, and checked on the way out."""

import time
from collections import namedtuple

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

from processes import PATIENCE  # noqa: E402

SERVICE = "dev.hal0.Slots1"
ROOT = "/dev/hal0/Slots1"
MANAGER, MODELS, SLOT = f"{SERVICE}.Manager", f"{SERVICE}.Models", f"{SERVICE}.Slot"
PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"

Signal = namedtuple("Signal", "sender path interface member values at")


class Error(Exception):
    """An error answer."""

    def __init__(self, problem):
        self.name = Gio.DBusError.get_remote_error(problem) or f"local: {problem.domain}"
        Gio.DBusError.strip_remote_error(problem)
        self.text = problem.message
        super().__init__(f"{self.name}: {self.text}")

    @property
    def kind(self):
        return self.name.removeprefix(f"{SERVICE}.Error.")


def variant(value):
    """As a TOML value travels: see CreateSlot in the XML. A GLib.Variant stays as it is."""
    if isinstance(value, GLib.Variant):
        return value
    if isinstance(value, dict):
        return GLib.Variant("a{sv}", {key: variant(one) for key, one in value.items()})
    if isinstance(value, list):
        return GLib.Variant("as", value)
    for kind, signature in ((bool, "b"), (int, "x"), (float, "d"), (str, "s")):
        if isinstance(value, kind):
            return GLib.Variant(signature, value)
    raise TypeError(value)


REMOVE = GLib.Variant("g", "")  # D-Bus has no null


def pump(until, what, patience=PATIENCE):
    """Takes in what comes from the bus until the condition holds, and returns what it gave."""
    context, end = GLib.MainContext.default(), time.monotonic() + patience
    wake = GLib.timeout_add(10, lambda: GLib.SOURCE_CONTINUE)
    try:
        while not (answer := until()):
            assert time.monotonic() < end, f"after {patience:g} s still not: {what() if callable(what) else what}"
            context.iteration(True)
        return answer
    finally:
        GLib.source_remove(wake)


def pump_for(seconds):
    end = time.monotonic() + seconds
    pump(lambda: time.monotonic() >= end, "time passes", seconds + 5)


class Client:
    def __init__(self, address):
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.connection = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        self.signals = []
        self.connection.signal_subscribe(None, None, None, None, None, Gio.DBusSignalFlags.NONE, self._on_signal)

    def close(self):
        self.connection.close_sync(None)

    def _on_signal(self, _connection, sender, path, interface, member, values):
        self.signals.append(Signal(sender, path, interface, member, values, time.monotonic()))

    def call_variant(self, destination, path, interface, member, arguments=None, patience=PATIENCE):
        try:
            return self.connection.call_sync(destination, path, interface, member, arguments, None, Gio.DBusCallFlags.NO_AUTO_START,
                                             int(patience * 1000), None)
        except GLib.Error as problem:
            raise Error(problem) from None

    def call(self, path, interface, member, arguments=None, patience=PATIENCE, destination=SERVICE):
        """The answer as Python values: None, one, or a tuple of several."""
        answer = self.call_variant(destination, path, interface, member, arguments, patience).unpack()
        return answer[0] if len(answer) == 1 else answer or None

    def begin(self, path, interface, member, arguments=None, patience=PATIENCE):
        """Calls without waiting; see Pending."""
        pending = Pending(time.monotonic())
        self.connection.call(SERVICE, path, interface, member, arguments, None, Gio.DBusCallFlags.NO_AUTO_START, int(patience * 1000), None,
                             pending.ended)
        return pending

    def owner(self, name=SERVICE):
        try:
            return self.call("/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner", GLib.Variant("(s)", (name,)),
                             destination="org.freedesktop.DBus")
        except Error:
            return ""

    def seen(self, member=None, path=None):
        """What hal0d signalled so far."""
        context = GLib.MainContext.default()
        while context.iteration(False):
            pass
        return [one for one in self.signals if one.path.startswith(ROOT) and member in (None, one.member) and path in (None, one.path)]


class Pending:
    def __init__(self, at):
        self.at, self.took, self.answer, self.error = at, None, None, None

    def ended(self, connection, result):
        self.took = time.monotonic() - self.at
        try:
            self.answer = connection.call_finish(result).unpack()
        except GLib.Error as problem:
            self.error = Error(problem)

    @property
    def is_done(self):
        return self.took is not None

    def wait(self, patience=PATIENCE):
        pump(lambda: self.is_done, "the call is answered", patience)
        return self
