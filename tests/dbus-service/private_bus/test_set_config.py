"""SetConfig: the whole text of a slot's file, checked as the generator would, and never over what its author has not seen."""

import os

import pytest
from gi.repository import GLib

from client import Error
from test_load import refused

TEXT = """# my slot
port = {port}
device = "cpu"

[model]
default = "alpha"
"""


@pytest.fixture
def text(root):
    return TEXT.format(port=root.ports + 10)


@pytest.fixture
def slot(host, root, text):
    root.slot("chat", text)
    return host.start().slot("chat")


def message_of(call, *arguments, **options):
    with pytest.raises(Error) as problem:
        call(*arguments, **options)
    return problem.value.text


def test_a_mended_file_shows_before_the_reply(host, root):
    root.slot("broken", "port = 'broken\n")
    broken = host.start().slot("broken")
    assert broken.get("State") == "error"
    broken.set_config(f"port = {root.ports + 11}\ndevice = \"cpu\"\n")
    assert broken.get("State") == "offline"


def test_the_text_is_the_file_byte_for_byte_and_systemd_reads_it(slot, root, text, systemd):
    after = text.replace("# my slot", "# my sl\u00f6t") + "context_size = 8192\n\n  # no newline behind this"
    slot.set_config(after)
    assert root.config("chat") == after == slot.config()
    assert slot.wait(ContextSize=8192)["State"] == "offline"
    assert systemd.reload_count() == 1 and systemd.jobs_asked() == []
    assert root.strangers() == []


def test_what_is_there_already_is_not_written_again(slot, text, root):
    before = os.stat(f"{root.path}/etc/hal0/slots/chat.toml")
    slot.set_config(text, replaces=text)
    after = os.stat(f"{root.path}/etc/hal0/slots/chat.toml")
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_over_the_text_that_was_edited(slot, root, text):
    slot.set_config(text + "context_size = 512\n", replaces=text)
    assert root.config("chat") == text + "context_size = 512\n"


def test_not_over_what_somebody_else_wrote_meanwhile(slot, root, text):
    theirs = root.slot("chat", text + "# theirs\n")
    before = root.files()
    assert refused(slot.set_config, text + "# mine\n", replaces=text) == "Busy"
    assert "/etc/hal0/slots/chat.toml" in message_of(slot.set_config, text + "# mine\n", replaces=text)
    assert root.files() == before and root.config("chat") == theirs
    slot.set_config(theirs + "# mine\n", replaces=theirs)
    assert root.config("chat") == theirs + "# mine\n"


def test_of_two_that_edit_the_same_text_one_is_told(slot, root, text):
    calls = [slot.begin("SetConfig", slot.config_arguments(f"{text}# {who}\n", replaces=text)) for who in range(10)]
    for call in calls:
        call.wait()
    assert sorted(call.error.kind if call.error else "" for call in calls) == [""] + 9 * ["Busy"]
    winner, = [who for who, call in enumerate(calls) if not call.error]
    assert root.config("chat") == f"{text}# {winner}\n"


def test_a_broken_file_can_be_mended(host, root, text):
    root.slot("chat", "port = [\n")
    slot = host.start().slot("chat")
    assert slot.get("State") == "error"
    slot.set_config(text)
    slot.wait(State="offline", DefaultModel="alpha")


def test_a_file_that_is_no_text_can_be_mended(host, root, text):
    with open(f"{root.path}/etc/hal0/slots/chat.toml", "wb") as file:
        file.write(b"a = \"\xff\"\n")
    slot = host.start().slot("chat")
    slot.set_config(text)
    slot.wait(State="offline")
    assert slot.config() == text


WRONG = {
    "no TOML": ("port = [\n", "InvalidConfig", "chat.toml:1:10: "),
    "nothing": ("", "InvalidConfig", "chat.toml: port: "),
    "a wrong value": ("\n  port = 80\n", "InvalidConfig", "chat.toml:2:10: port: 80 is not allowed"),
    "another name": ("name = \"other\"\nport = PORT\n", "InvalidConfig", "chat.toml:1:8: name: "),
    "an unknown model": ("port = PORT\n[model]\ndefault = \"nobody\"\n", "NoSuchModel", "nobody"),
    "an unknown profile": ("port = PORT\nprofile = \"nobody\"\n", "NoSuchProfile", "chat.toml:2:11: profile: "),
    "too long a text": ("#" + 65536 * "x" + "\n", "InvalidConfig", "65536"),
    "a text that is not even kept": ("#" + 200_000 * "x" + "\n", "InvalidConfig", "128 KiB"),
    "too deep a text": ("port = PORT\na = " + 20000 * "[" + 20000 * "]", "InvalidConfig", "128 levels"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_touches_nothing(slot, root, systemd, case):
    before = root.files()
    toml, kind, words = WRONG[case]
    toml = toml.replace("PORT", str(root.ports + 10))
    assert refused(slot.set_config, toml) == kind
    assert words in message_of(slot.set_config, toml)
    assert root.files() == before and systemd.reload_count() == 0


def test_a_port_of_another_slot(host, root, text):
    root.slot("chat", text)
    root.slot("other", number=11)
    slot = host.start().slot("chat")
    assert refused(slot.set_config, text.replace(str(root.ports + 10), str(root.ports + 11))) == "PortInUse"


def test_an_old_model_that_is_gone_is_no_reason_to_refuse_another_change(host, root):
    text = root.slot("chat", model="gone")
    host.start().slot("chat").set_config("# a comment\n" + text)
    assert root.config("chat") == "# a comment\n" + text


@pytest.mark.parametrize("options", [{"replaces": 5}, {"force": True}])
def test_options_that_it_does_not_know(slot, root, text, options):
    assert refused(slot.set_config, text + "# more\n", **options) == "org.freedesktop.DBus.Error.InvalidArgs"
    assert root.config("chat") == text


def test_of_a_slot_whose_file_is_gone(slot, root, text):
    root.remove("etc/hal0/slots/chat.toml")
    assert refused(slot.set_config, text) in ("NoSuchSlot", "org.freedesktop.DBus.Error.UnknownObject")
    assert not root.exists("etc/hal0/slots/chat.toml")


def test_a_running_slot_is_left_alone(slot, systemd, text):
    slot.load()
    slot.wait(State="ready")
    slot.set_config(text + "context_size = 8192\n")
    assert slot.wait(NeedsRestart=True)["State"] == "ready"
    assert systemd.jobs_asked() == [("start", "hal0-slot@chat.service")]


def test_disabling_unloads(slot, root, text):
    slot.load()
    slot.wait(State="ready")
    slot.set_config("enabled = false\n" + text)
    slot.wait(State="offline", Enabled=False, Loaded=False)
    assert not root.is_loaded("chat")


def test_arguments_of_other_types(slot):
    for arguments in (GLib.Variant("(s)", ("",)), GLib.Variant("(aya{sv})", (b"", {})), None):
        assert refused(slot.call, "SetConfig", arguments).startswith("org.freedesktop.DBus.Error.")
