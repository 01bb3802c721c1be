"""A D-Bus service that sees every call as a message: a handler may answer at once, later, or never, and nothing is
answered by the library behind its back."""

import sys
import traceback

import dbus
import dbus.bus
from dbus.lowlevel import ErrorMessage, HANDLER_RESULT_HANDLED, HANDLER_RESULT_NOT_YET_HANDLED, \
    MethodCallMessage, MethodReturnMessage, SignalMessage
from dbus.mainloop.glib import DBusGMainLoop


class Refused(Exception):
    """Raised by a handler: the call is answered with this error."""

    def __init__(self, name, text):
        super().__init__(text)
        self.name = name


class Service:
    """Owns `names`. handle(message) answers a call: it returns (signature, values...), or None to answer later."""

    def __init__(self, address, *names):
        self.connection = dbus.bus.BusConnection(address, mainloop=DBusGMainLoop())
        self.connection.add_message_filter(self._filter)
        for name in names:
            self.own(name)

    def own(self, name):
        self.connection.request_name(name, dbus.bus.NAME_FLAG_DO_NOT_QUEUE)

    def disown(self, name):
        self.connection.release_name(name)

    def _filter(self, _connection, message):
        if not isinstance(message, MethodCallMessage):
            return HANDLER_RESULT_NOT_YET_HANDLED
        self.serve(message)
        return HANDLER_RESULT_HANDLED

    def serve(self, message):
        try:
            answer = self.handle(message)
            if answer is not None:
                self.reply(message, *answer)
        except Refused as refusal:
            self.fail(message, refusal.name, str(refusal))
        except Exception as problem:  # a mistake in here must show in the test, not hang its client
            traceback.print_exc(file=sys.stderr)
            self.fail(message, "dev.hal0.Test.Error", repr(problem))

    def handle(self, message):
        raise NotImplementedError

    def reply(self, message, signature="", *values):
        self._send(message, MethodReturnMessage(message), signature, values)

    def fail(self, message, name, text):
        self._send(message, ErrorMessage(message, name, text), "", ())

    def _send(self, call, answer, signature, values):
        if call.get_no_reply():
            return
        if signature:
            answer.append(*values, signature=signature)
        self.connection.send_message(answer)

    def signal(self, path, interface, member, signature="", *values):
        message = SignalMessage(path, interface, member)
        if signature:
            message.append(*values, signature=signature)
        self.connection.send_message(message)
        self.connection.flush()


def unknown_method(message):
    return Refused("org.freedesktop.DBus.Error.UnknownMethod",
                   f"Unknown method {message.get_member()} or interface {message.get_interface()}.")


def arguments(message, signature):
    """The call's arguments; refuses a call with others, as sd-bus does."""
    if message.get_signature() != signature:
        raise Refused("org.freedesktop.DBus.Error.InvalidArgs",
                      f"Invalid arguments '{message.get_signature()}' to call {message.get_member()}, expecting '{signature}'.")
    return message.get_args_list()
