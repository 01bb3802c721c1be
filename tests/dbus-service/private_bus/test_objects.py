"""The objects and their properties are those of dbus-interfaces/*.xml."""

import json
import os
from xml.etree import ElementTree

import pytest

from client import MANAGER, MODELS, OBJECT_MANAGER, PROPERTIES, ROOT, SLOT, Error
from gi.repository import GLib
from hal0 import slot_path
from root import SOURCE

STATES = {"offline", "pulling", "starting", "warming", "ready", "serving", "idle", "unloading", "error"}


def described(interface):
    """{property: type} of the XML."""
    tree = ElementTree.parse(os.path.join(SOURCE, "dbus-interfaces", f"{interface}.xml"))
    return {one.get("name"): one.get("type") for one in tree.iter("property")}


def introspected(client, path):
    """{interface: element} of what hal0d says of an object."""
    text = client.call(path, "org.freedesktop.DBus.Introspectable", "Introspect")
    return {one.get("name"): one for one in ElementTree.fromstring(text).iter("interface")}


def members(interface):
    """Each method, signal and property with its types and its change signal, without argument names."""
    shown = {}
    for one in interface:
        if one.tag in ("method", "signal"):
            shown[one.tag, one.get("name")] = [(arg.get("type"), arg.get("direction") or "out") for arg in one.iter("arg")]
        elif one.tag == "property":
            emits = [a.get("value") for a in one.iter("annotation") if a.get("name").endswith("EmitsChangedSignal")]
            shown["property", one.get("name")] = one.get("type"), one.get("access"), (emits or ["true"])[0]
    return shown


@pytest.mark.parametrize("interface, path", [(MANAGER, ROOT), (MODELS, ROOT), (SLOT, slot_path("chat"))])
def test_an_object_shows_the_interface_of_the_xml(chat, host, interface, path):
    tree = ElementTree.parse(os.path.join(SOURCE, "dbus-interfaces", f"{interface}.xml"))
    assert members(introspected(host.client, path)[interface]) == members(tree.find("interface"))


def test_a_slot_has_all_properties_with_the_types_of_the_xml(chat):
    assert {name: value.get_type_string() for name, value in chat.all_variants().items()} == described(SLOT)


def test_a_slot_that_does_not_run_shows_its_file(chat, root):
    shown = chat.all()
    wanted = {"Name": "chat", "Type": "llm", "State": "offline", "StateMessage": "", "Model": "alpha", "DefaultModel": "alpha",
              "Device": "cpu", "Backend": "cpu", "Provider": "llama-server", "Profile": "cpu", "Image": "ghcr.io/ggml-org/llama.cpp:server",
              "Port": root.ports + 10, "ContextSize": 4096, "Enabled": True, "Loaded": False, "ExclusiveGroup": "", "IdleTimeout": 0,
              "RequestsInFlight": 0, "ActiveSince": 0, "NeedsRestart": False, "Drift": [], "Unit": "hal0-slot@chat.service",
              "Config": {"port": root.ports + 10, "device": "cpu", "model": {"default": "alpha"}}, "Restarts": 0, "Models": [], "Labels": [],
              "RunningImage": "", "RequestsDeferred": 0}
    assert {name: shown[name] for name in wanted} == wanted
    assert shown["ConfigPath"].endswith("/etc/hal0/slots/chat.toml")
    assert shown["MemoryCurrent"] == 2**64 - 1


def test_a_file_that_says_more_shows_more(host, root):
    root.slot("full", f"""port = {root.ports + 11}
type = "embedding"
device = "gpu-vulkan"
enabled = false
exclusive_group = "big"
idle_timeout_s = 77
future = [1, 2.5, "three"]
[model]
default = "beta"
context_size = 8192
labels = ["a", "b"]
""")
    shown = host.start().slot("full").all()
    names = ("Type", "Device", "Backend", "Profile", "Enabled", "ExclusiveGroup", "IdleTimeout", "ContextSize", "Labels")
    assert [shown[name] for name in names] == [
        "embedding", "gpu-vulkan", "vulkan", "vulkan", False, "big", 77, 8192, ["a", "b"]]
    assert shown["Config"]["future"] == [1, 2.5, "three"]
    assert shown["Config"]["model"] == {"default": "beta", "context_size": 8192, "labels": ["a", "b"]}


def test_the_nested_form_is_shown_as_the_flat_one(host, root):
    root.slot("nested", f'[slot]\nport = {root.ports + 11}\n[slot.model]\ndefault = "beta"\n')
    shown = host.start().slot("nested").all()
    assert (shown["State"], shown["Port"], shown["DefaultModel"]) == ("offline", root.ports + 11, "beta")
    assert shown["Config"] == {"port": root.ports + 11, "model": {"default": "beta"}}


NAMES = {"stt-npu": "stt_2dnpu", "a_b": "a_5fb", "1a": "_31a", "a-b": "a_2db", "x" * 32: "x" * 32}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_escaped_as_systemd_does(host, root, name):
    root.slot(name)
    hal0 = host.start()
    assert hal0.find(name) == f"{ROOT}/slot/{NAMES[name]}"
    slot = hal0.slot(name)
    assert (slot.get("Name"), slot.get("Unit")) == (name, f"hal0-slot@{name}.service")


def test_one_call_gives_everything(host, root):
    for number, name in enumerate(("a", "b-1", "c")):
        root.slot(name, number=10 + number)
    hal0 = host.start()
    objects = hal0.objects()
    slots = {path: values for path, values in objects.items() if path != ROOT}
    assert set(slots) == {slot_path(name) for name in ("a", "b-1", "c")}
    for path, values in slots.items():
        assert set(values[SLOT]) == set(described(SLOT))
        assert values[SLOT] == host.client.call(path, PROPERTIES, "GetAll", GLib.Variant("(s)", (SLOT,)))


def test_the_root_object_answers_the_object_manager(chat, host):
    assert OBJECT_MANAGER in introspected(host.client, ROOT)


def test_find_refuses_with_the_right_errors(chat, host):
    assert host.hal0.find("chat") == chat.path
    for name, kind in (("nobody", "NoSuchSlot"), ("Not-A-Name", "InvalidName"), ("", "InvalidName"), ("../chat", "InvalidName"),
                       ("x" * 33, "InvalidName")):
        with pytest.raises(Error) as refused:
            host.hal0.find(name)
        assert (refused.value.kind, refused.value.name) == (kind, f"dev.hal0.Slots1.Error.{kind}")
        assert refused.value.text


def test_a_path_without_a_slot_is_no_object(chat, host):
    for member in ("Load", "Unload", "Delete"):
        with pytest.raises(Error) as refused:
            host.hal0.slot("nobody").call(member, GLib.Variant("(a{sv})", ({},)))
        assert refused.value.name in ("org.freedesktop.DBus.Error.UnknownObject", "org.freedesktop.DBus.Error.UnknownMethod")


def test_the_manager_tells_version_hardware_and_no_problems(chat, host):
    assert host.hal0.get("Version")
    hardware = json.loads(host.hal0.get("Hardware"))
    assert hardware["default_hardware"] == "cpu"
    assert host.hal0.get("Problems") == []


def test_properties_cannot_be_written(chat, host):
    with pytest.raises(Error):
        host.client.call(chat.path, PROPERTIES, "Set", GLib.Variant("(ssv)", (SLOT, "Enabled", GLib.Variant("b", False))))
    assert chat.get("Enabled") is True
