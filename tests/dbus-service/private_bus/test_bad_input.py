"""Whatever a client sends is answered or refused, and nobody else waits for it."""

import time
import tomllib

import pytest
from gi.repository import GLib

from client import MANAGER, MODELS, PROPERTIES, ROOT, SLOT, Client, Error, pump, pump_for


@pytest.fixture
def alive(chat, host):
    """Afterwards: the same hal0d, and it answers."""
    pid = host.daemon.pid
    yield chat
    assert host.daemon.is_running() and host.daemon.pid == pid
    assert chat.get("Name") == "chat"


WRONG_TYPES = [
    (SLOT, "Load", None), (SLOT, "Load", GLib.Variant("(s)", ("alpha",))), (SLOT, "Load", GLib.Variant("(a{ss})", ({"model": "alpha"},))),
    (SLOT, "Swap", GLib.Variant("(s)", ("beta",))), (SLOT, "Update", GLib.Variant("(as)", (["a"],))), (SLOT, "GetConfig", GLib.Variant("(s)", ("",))),
    (SLOT, "Nothing", None), ("dev.hal0.Slots1.Other", "Load", None), (PROPERTIES, "Get", GLib.Variant("(ss)", (SLOT, "Nothing"))),
    (PROPERTIES, "GetAll", GLib.Variant("(s)", ("no such.interface",))),
]


@pytest.mark.parametrize("interface, member, arguments", WRONG_TYPES)
def test_calls_of_another_form_are_refused(alive, host, systemd, interface, member, arguments):
    with pytest.raises(Error):
        host.client.call(alive.path, interface, member, arguments)
    assert systemd.jobs_asked() == []


def test_texts_of_a_megabyte(alive, host, root, systemd):
    big = "x" * 1024 * 1024
    before = root.files()
    for call in (lambda: host.hal0.find(big), lambda: host.hal0.create(big), lambda: alive.load(model=big), lambda: alive.swap(big),
                 lambda: host.hal0.add_model(big, path="a"), lambda: host.hal0.remove_model(big),
                 lambda: alive.update(future=big), lambda: host.hal0.create("fresh", future=big), lambda: alive.update({big: 1}),
                 lambda: host.hal0.add_model("fresh", path="a", note=big)):
        with pytest.raises(Error) as refusal:
            call()
        assert len(refusal.value.text) < 4096, "the refusal does not repeat it all"
    assert root.files() == before and systemd.jobs_asked() == []


def test_deep_and_wide_dictionaries(alive, root):
    deep = GLib.Variant("x", 1)
    for _ in range(15):
        deep = GLib.Variant("a{sv}", {"a": deep})
    wide = {f"k{number}": GLib.Variant("x", number) for number in range(20000)}
    before = root.config("chat")
    for changes in ({"deep": deep}, wide):
        try:
            alive.update(changes)
        except Error as refusal:
            assert refusal.kind in ("InvalidConfig", "org.freedesktop.DBus.Error.LimitsExceeded") and root.config("chat") == before
        assert alive.get("State") in ("offline", "error")


def peak_mb(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return int(next(line for line in file if line.startswith("VmHWM")).split()[1]) / 1024


FEW, MANY = 300, 200_000
WIDE = {
    "keys": {f"k{number}": GLib.Variant("y", 1) for number in range(MANY)},
    "a few too many": {f"k{number}": GLib.Variant("y", 1) for number in range(FEW)},
    "a list": {"future": GLib.Variant("av", [GLib.Variant("y", 1)] * MANY)},
    "lists of lists": {"future": GLib.Variant("av", [GLib.Variant("av", [GLib.Variant("y", 1)] * FEW)] * FEW)},
    "tables in a table": {"future": GLib.Variant("a{sv}", {f"k{number}": GLib.Variant("a{sv}", {f"k{n}": GLib.Variant("y", 1) for n in range(FEW)}) for number in range(FEW)})},
}


@pytest.mark.parametrize("what", WIDE)
def test_a_wide_dictionary_does_not_make_it_large(alive, host, root, what):
    before, files = peak_mb(host.daemon.pid), root.files()
    for member, arguments in (("Update", GLib.Variant("(a{sv})", (WIDE[what],))), ("Load", GLib.Variant("(a{sv})", (WIDE[what],)))):
        with pytest.raises(Error) as refusal:
            host.client.call(alive.path, SLOT, member, arguments)
        assert refusal.value.name in ("dev.hal0.Slots1.Error.InvalidConfig", "org.freedesktop.DBus.Error.InvalidArgs", "org.freedesktop.DBus.Error.LimitsExceeded")
    assert root.files() == files
    assert peak_mb(host.daemon.pid) - before < 24, "what it holds of it is a few times the message"


@pytest.mark.parametrize("value", ["{a=" * 60 + "1" + "}" * 60, "[" * 60 + "]" * 60, "{a=[" * 30 + "]}" * 30])
def test_a_file_that_nests_deeper_than_the_bus_allows_hides_no_other(host, alive, root, value):
    """The bus disconnects who sends such a message."""
    other = root.slot("deep", f"port = {root.ports + 11}\ndevice = \"cpu\"\nfuture = {value}\n")
    deep = host.hal0.slot("deep")
    pump(lambda: set(host.hal0.slots()) == {"chat", "deep"}, "both are there")
    assert deep.get("State") == "offline" and deep.config() == other
    root.write("var/lib/hal0/registry/registry.toml", f'[models.alpha]\npath = "alpha.gguf"\nfuture = {value}\n')
    assert [row["id"] for row in host.hal0.models()] == ["alpha"]


KEYS = ["", " ", "a\nb = 1", "]", "a.b", '"', "\u2028", "\u00fc", "#"]


@pytest.mark.parametrize("key", KEYS)
def test_odd_keys_stay_one_key(alive, root, key):
    """Quoted as TOML does, or refused; never something else than this key."""
    import tomllib
    before = tomllib.loads(root.config("chat"))
    try:
        alive.update({key: "v\"'\\\n$%"})
    except Error as refusal:
        assert refusal.kind == "InvalidConfig"
        assert tomllib.loads(root.config("chat")) == before
    else:
        assert tomllib.loads(root.config("chat")) == {**before, key: "v\"'\\\n$%"}


@pytest.mark.parametrize("value", ["a\nExecStart=/bin/sh", "$HOME %n `id`", "\u2028", "'; rm -rf /", "\\"])
def test_no_text_becomes_a_directive(alive, root, value):
    try:
        alive.update(server={"extra_args": value})
    except Error as refusal:
        assert refusal.kind == "InvalidConfig"
        return
    drop_in = root.read("run/systemd/generator/hal0-slot@chat.service.d/50-hal0-generated.conf")
    starts = [line for line in drop_in.splitlines() if line.startswith("ExecStart=")]
    assert len(starts) == 2 and starts[0] == "ExecStart=" and "podman" in starts[1]


def test_ten_thousand_calls_of_one_client_make_nobody_else_wait(alive, host):
    other = host.new_client()
    calls = [host.client.begin(alive.path, PROPERTIES, "GetAll", GLib.Variant("(s)", (SLOT,)), patience=60) for _ in range(5000)]
    calls += [host.client.begin(ROOT, MANAGER, "GetSlot", GLib.Variant("(s)", ("chat",)), patience=60) for _ in range(2500)]
    calls += [host.client.begin(ROOT, MODELS, "List", patience=60) for _ in range(2500)]
    slowest = 0.0
    while not all(call.is_done for call in calls):
        began = time.monotonic()
        assert other.call(alive.path, PROPERTIES, "Get", GLib.Variant("(ss)", (SLOT, "State")), patience=30) == "offline"
        slowest = max(slowest, time.monotonic() - began)
        pump_for(0.01)
    assert all(call.answer or call.error for call in calls)
    assert slowest < 1, f"another client waited {slowest:.1f} s"


def test_ten_thousand_changes_in_flight(alive, host, systemd):
    """Loads and unloads as fast as one client can send them."""
    arguments = GLib.Variant("(a{sv})", ({},))
    calls = [alive.begin("Load" if number % 2 else "Unload", arguments, patience=100) for number in range(10000)]
    other = host.new_client()
    began = time.monotonic()
    assert other.call(ROOT, MANAGER, "GetSlot", GLib.Variant("(s)", ("chat",)), patience=30) == alive.path
    waited = time.monotonic() - began
    pump(lambda: all(call.is_done for call in calls), lambda: f"{sum(not call.is_done for call in calls)} calls are not answered", 100)
    problems = {call.error.name for call in calls if call.error}
    assert problems <= {"dev.hal0.Slots1.Error.Busy", "org.freedesktop.DBus.Error.LimitsExceeded"}, problems
    assert waited < 1, f"another client waited {waited:.1f} s"
    alive.unload()
    pump(lambda: alive.get("State") == "offline", "it settles", 30)


def test_clients_that_leave_before_they_are_answered(alive, host):
    for _ in range(10):
        client = Client(host.bus.address)
        for number in range(10):
            client.begin(alive.path, SLOT, "Load" if number % 2 else "Unload", GLib.Variant("(a{sv})", ({},)))
        client.connection.flush_sync(None)
        client.close()
    alive.load()
    alive.wait(State="ready")
