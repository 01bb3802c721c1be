"""CreateSlot and Delete."""

import socket
import tomllib

import pytest
from gi.repository import GLib

from client import MANAGER, ROOT, SLOT, pump, pump_for
from hal0 import dictionary, slot_path
from test_load import refused


@pytest.fixture
def hal0(host):
    return host.start()


def test_create_writes_the_file_and_systemd_reads_it(hal0, host, root, systemd):
    path = hal0.create("fresh", port=root.ports + 5, device="cpu", model={"default": "alpha", "context_size": 8192},
                       server={"extra_args": "--flash-attn on"}, future={"deep": {"er": 1.5}})
    assert path == slot_path("fresh")
    assert tomllib.loads(root.config("fresh")) == {
        "port": root.ports + 5, "device": "cpu", "model": {"default": "alpha", "context_size": 8192},
        "server": {"extra_args": "--flash-attn on"}, "future": {"deep": {"er": 1.5}}}
    assert root.exists("run/systemd/generator/hal0-slot@fresh.service.d/50-hal0-generated.conf"), "the drop-in is there when the call returns"
    assert systemd.reload_count() == 1 and systemd.jobs_asked() == []
    shown = hal0.slot("fresh").all()
    assert (shown["State"], shown["Port"], shown["ContextSize"], shown["Loaded"]) == ("offline", root.ports + 5, 8192, False)
    added = host.client.seen("InterfacesAdded")
    assert [one.values.unpack()[0] for one in added] == [path]
    assert added[0].values.unpack()[1][SLOT]["DefaultModel"] == "alpha"


def test_all_types_of_the_contract_can_be_written(hal0, root):
    values = {"y": 1, "n": -2, "q": 3, "i": -4, "u": 5, "x": -6, "t": 7, "d": 0.5, "b": True, "s": 'quote " back\\slash \u00fc\n'}
    config = {f"my_{kind}": GLib.Variant(kind, value) for kind, value in values.items()}
    config["my_as"], config["my_ax"] = GLib.Variant("as", ["a", "b"]), GLib.Variant("ax", [1, -2])
    config["my_ad"], config["my_ab"] = GLib.Variant("ad", [0.5]), GLib.Variant("ab", [True, False])
    config["my_av"] = GLib.Variant("av", [GLib.Variant("s", "a"), GLib.Variant("x", 1)])
    hal0.create("typed", port=root.ports + 5, **config)
    written = tomllib.loads(root.config("typed"))
    assert {key.removeprefix("my_"): value for key, value in written.items() if key.startswith("my_")} == \
        {**values, "as": ["a", "b"], "ax": [1, -2], "ad": [0.5], "ab": [True, False], "av": ["a", 1]}
    shown = hal0.slot("typed").get("Config")
    assert shown["my_t"] == 7 and shown["my_av"] == ["a", 1]


def test_a_created_slot_loads(hal0, root):
    hal0.create("fresh", model={"default": "alpha"})
    fresh = hal0.slot("fresh")
    fresh.load()
    assert fresh.wait(State="ready")["Model"] == "alpha"


def test_without_a_port_the_lowest_free_one_is_taken(hal0, root):
    hal0.create("a")
    hal0.create("b", port=root.ports + 1)
    hal0.create("c")
    with socket.socket() as other:  # not a slot's, but taken
        other.bind(("127.0.0.1", root.ports + 3))
        other.listen()
        hal0.create("d")
    assert [hal0.slot(name).get("Port") - root.ports for name in "abcd"] == [0, 1, 2, 4]
    assert tomllib.loads(root.config("c"))["port"] == root.ports + 2


def test_without_a_device_it_is_what_the_hardware_is_best_at(hal0):
    hal0.create("a")
    assert hal0.slot("a").get("Device") == "cpu"


ERRORS = {
    "an empty name": ("", {}, "InvalidName"),
    "upper case": ("Chat", {}, "InvalidName"),
    "a path": ("../evil", {}, "InvalidName"),
    "a long name": ("x" * 33, {}, "InvalidName"),
    "a newline": ("a\n", {}, "InvalidName"),
    "a slot that is there": ("chat", {}, "SlotExists"),
    "another name inside": ("fresh", {"name": "other"}, "InvalidConfig"),
    "port 80": ("fresh", {"port": 80}, "InvalidConfig"),
    "port 8080": ("fresh", {"port": 8080}, "InvalidConfig"),
    "a port as text": ("fresh", {"port": "8081"}, "InvalidConfig"),
    "an unknown type": ("fresh", {"type": "video"}, "InvalidConfig"),
    "an unknown device": ("fresh", {"device": "gpu-cuda"}, "InvalidConfig"),
    "a small context": ("fresh", {"model": {"context_size": 1}}, "InvalidConfig"),
    "a table as text": ("fresh", {"limits": "8G"}, "InvalidConfig"),
    "an open quote": ("fresh", {"server": {"extra_args": "--a 'b"}}, "InvalidConfig"),
    "an unknown profile": ("fresh", {"profile": "nobody"}, "NoSuchProfile"),
    "an unknown model": ("fresh", {"model": {"default": "nobody"}}, "NoSuchModel"),
    "a removal": ("fresh", {"port": GLib.Variant("g", "a{sv}")}, "InvalidConfig"),
    "an object path": ("fresh", {"future": GLib.Variant("o", "/a")}, "InvalidConfig"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_create_refuses(host, root, systemd, case):
    root.slot("chat")
    hal0 = host.start()
    before = root.files()
    name, config, kind = ERRORS[case]
    assert refused(hal0.create, name, config) == kind
    assert root.files() == before and systemd.reload_count() == 0 and hal0.slots() == ["chat"]


def test_a_port_of_another_slot_or_program_is_in_use(host, root):
    root.slot("chat")
    hal0 = host.start()
    assert refused(hal0.create, "fresh", port=root.ports + 10) == "PortInUse"
    with socket.socket() as other:
        other.bind(("127.0.0.1", root.ports + 5))
        other.listen()
        assert refused(hal0.create, "fresh", port=root.ports + 5) == "PortInUse"
    assert not root.exists("etc/hal0/slots/fresh.toml")


def test_no_free_port(host, root):
    root.write("etc/hal0/hal0.toml", f"[slots]\nport_range_start = {root.ports}\nport_range_end = {root.ports + 1}\n")
    hal0 = host.start()
    hal0.create("a")
    hal0.create("b")
    assert refused(hal0.create, "c") == "NoFreePort"
    assert hal0.slots() == ["a", "b"]


def test_two_creates_of_one_name_at_once(hal0, host, root):
    calls = [host.client.begin(ROOT, MANAGER, "CreateSlot", hal0.create_arguments("twin", {"port": root.ports + n})) for n in (1, 2)]
    for call in calls:
        call.wait()
    assert sorted(call.error.kind if call.error else "" for call in calls) == ["", "SlotExists"]


def test_fifty_creates_at_once_cost_few_reloads(host, root, systemd):
    root.write("etc/hal0/hal0.toml", f"[slots]\nport_range_start = {root.ports}\nport_range_end = {root.ports + 200}\n")
    hal0 = host.start()
    systemd.reloads(milliseconds=600)  # a real one runs all generators of the machine
    names = [f"s{number:02}" for number in range(50)]
    calls = [host.client.begin(ROOT, MANAGER, "CreateSlot", hal0.create_arguments(name, {})) for name in names]
    for call in calls:
        call.wait(30)
        assert call.error is None, call.error
    assert hal0.slots() == names
    assert len({hal0.slot(name).get("Port") for name in names}) == 50
    assert all(root.exists(f"run/systemd/generator/hal0-slot@{name}.service.d") for name in names)
    assert systemd.reload_count() <= 5


def test_a_reload_that_fails_is_reported(hal0, root, systemd):
    systemd.reloads(error="org.freedesktop.DBus.Error.AccessDenied")
    assert refused(hal0.create, "fresh") == "SystemdFailed"
    systemd.reloads()
    hal0.reload()


# --- delete ------------------------------------------------------------------------------------------------

def test_delete_of_a_running_slot_leaves_nothing(host, root, systemd):
    root.slot("chat")
    chat = host.start().slot("chat")
    chat.load()
    chat.wait(State="ready")
    chat.delete()
    pump(lambda: host.client.seen("InterfacesRemoved"), "the object disappears")
    assert host.hal0.slots() == []
    pump(lambda: systemd.state("chat") is None, "the unit is stopped")
    assert not root.exists("etc/hal0/slots/chat.toml") and not root.is_loaded("chat") and not root.exists("run/hal0/trial/chat")
    pump(lambda: not root.exists("run/systemd/generator/hal0-slot@chat.service.d"), "systemd has forgotten the file")
    assert ("stop", "hal0-slot@chat.service") in systemd.jobs_asked()
    assert refused(host.hal0.find, "chat") == "NoSuchSlot"


def test_delete_ends_a_pull_of_its_own(chat, host, root, systemd):
    """One that would not end by itself; and what is made anew under that name knows nothing of it."""
    systemd.script("chat", pull=True, hold="start")
    chat.pull_image()
    chat.wait(Pull=("pulling", 0, 0))
    chat.delete()
    pump(lambda: host.hal0.slots() == [], "the object disappears")
    pump(lambda: systemd.state("chat", pull=True) is None, "the pull is stopped")
    host.hal0.create("chat", port=root.ports + 10)
    assert host.hal0.slot("chat").get("Pull") == ("", 0, 0)


@pytest.mark.parametrize("before, pull", [("PullImage", True), ("Load", False)])
def test_delete_right_behind(chat, host, systemd, before, pull):
    """Nobody has seen the start begin yet."""
    systemd.script("chat", pull=pull, hold="start")
    calls = [chat.begin(method, dictionary({})) for method in (before, "Delete")]
    for call in calls:
        assert call.wait().error is None, call.error
    pump(lambda: host.hal0.slots() == [], "the object disappears")
    pump(lambda: systemd.state("chat", pull) is None, "it is stopped")


def test_delete_forgets_a_pull_that_failed(chat, host, root, systemd):
    systemd.script("chat", pull=True, fail_in="start", fail_status="example.org/image: not found")
    chat.pull_image()
    chat.wait(Pull=("failed", 0, 0))
    chat.delete()
    pump(lambda: host.hal0.slots() == [], "the object disappears")
    pump(lambda: systemd.state("chat", pull=True) is None, "systemd has forgotten the failure")
    host.hal0.create("chat", port=root.ports + 10)
    assert host.hal0.slot("chat").get("Pull") == ("", 0, 0)


@pytest.mark.parametrize("how", ["delete", "unload"])
def test_a_unit_that_systemd_cannot_load_is_no_obstacle(chat, host, root, systemd, how):
    """A drop-in of an administrator is wrong: there is nothing to stop."""
    root.write("etc/hal0/loaded/chat", "")
    chat.wait(Loaded=True)
    systemd.script("chat", is_broken=True)
    if how == "delete":
        chat.delete()
        pump(lambda: host.hal0.slots() == [], "the object disappears")
        assert not root.exists("etc/hal0/slots/chat.toml")
    else:
        chat.unload()
        chat.wait(State="offline", Loaded=False)
    assert not root.is_loaded("chat")


def test_delete_of_a_broken_slot(host, root):
    root.slot("broken", "port = \n")
    hal0 = host.start()
    hal0.slot("broken").delete()
    pump(lambda: hal0.slots() == [], "the object disappears")
    assert not root.exists("etc/hal0/slots/broken.toml")


def test_a_deleted_slot_can_be_created_again(host, root):
    root.slot("chat")
    hal0 = host.start()
    hal0.slot("chat").delete()
    pump(lambda: hal0.slots() == [], "the object disappears")
    hal0.create("chat", port=root.ports + 10, model={"default": "beta"})
    hal0.slot("chat").load()
    assert hal0.slot("chat").wait(State="ready")["Model"] == "beta"


def test_what_is_left_of_a_file_that_was_removed_by_hand_is_not_the_new_slots(host, root, systemd):
    """It neither comes back at boot nor starts with somebody's trial."""
    root.slot("chat")
    systemd.reread()
    chat = host.start().slot("chat")
    chat.load()
    chat.wait(State="ready")
    root.remove("etc/hal0/slots/chat.toml")
    systemd.systemctl("stop", "chat")
    pump(lambda: host.hal0.slots() == [], "the object disappears")
    root.write("run/hal0/trial/chat", "beta\n")
    assert root.is_loaded("chat")
    host.hal0.create("chat", port=root.ports + 10, device="cpu", model={"default": "alpha"})
    assert host.hal0.slot("chat").get("Loaded") is False
    assert not root.is_loaded("chat") and not root.exists("run/hal0/trial/chat")
    assert not root.exists("run/systemd/generator/hal0-slots.target.wants/hal0-slot@chat.service")


def test_a_refused_create_takes_no_mark_away(host, root):
    root.slot("chat")
    root.write("etc/hal0/loaded/chat", "")
    hal0 = host.start()
    assert refused(hal0.create, "chat") == "SlotExists"
    assert hal0.slot("chat").get("Loaded") is True and root.is_loaded("chat")


def test_a_slot_that_was_running_when_its_file_went_can_still_be_seen_and_stops(host, root, systemd):
    root.slot("chat")
    chat = host.start().slot("chat")
    chat.load()
    chat.wait(State="ready")
    root.remove("etc/hal0/slots/chat.toml")
    pump_for(0.3)
    systemd.systemctl("stop", "chat")
    pump(lambda: host.hal0.slots() == [], "the object disappears")
