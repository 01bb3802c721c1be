"""Slots and models made, changed and removed through the bus: the files are the truth, and systemd has read them when a call returns."""

import json

import pytest

from hal0_bus import MANAGER, ROOT, TINY, Follow, Manager, Refused, on_bus, path_of
from machine import wait_until

REGISTRY = "/var/lib/hal0/registry/registry.toml"
GENERATED = "/run/systemd/generator/{}.d/50-hal0-generated.conf"


@pytest.fixture
def manager(machine):
    return Manager(machine)


@pytest.fixture
def registry(keep_file):
    """The registry's text; the file comes back as it was."""
    return keep_file(REGISTRY)


def config(slot, **keys):
    return {"port": slot.port, "profile": "fault", "device": "cpu", "model": TINY, **keys}


# --- create -----------------------------------------------------------------------------------------------

def test_create_writes_the_file_and_lets_systemd_read_it(machine, make_slot, manager):
    slot = make_slot.unwritten()
    with Follow(machine) as seen:
        path = manager.create(slot.name, config(slot, model={"default": "tiny", "context_size": 512}, note="mine"))
        assert machine.exists(GENERATED.format(slot.unit)), "when the call returns, systemd has it"
        seen.until(lambda one: one["member"] == "InterfacesAdded" and one["values"][0] == path, "InterfacesAdded")
    assert path == path_of(slot.name) == manager.call(MANAGER, "GetSlot", "s", slot.name)[0]
    shown = on_bus(slot).all()
    assert shown["Config"] == config(slot, model={"default": "tiny", "context_size": 512}, note="mine")
    assert (shown["State"], shown["Port"], shown["ContextSize"], shown["Loaded"]) == ("offline", slot.port, 512, False)
    assert shown["ConfigPath"] == slot.file and shown["Unit"] == slot.unit
    assert slot.state == "inactive"
    slot.start()
    on_bus(slot).wait(State="ready")


def test_a_created_file_can_be_read_by_its_admin_and_written_by_hal0d(machine, make_slot, manager):
    slot = make_slot.unwritten()
    manager.create(slot.name, config(slot))
    assert machine.output("stat", "--format=%a", slot.file) == "644"
    assert machine.output("find", "/etc/hal0/slots", "-name", f"*{slot.name}*") == slot.file, "no temporary file"


def test_create_without_a_port_takes_the_lowest_free_one(machine, make_slot, manager):
    taken, slot = make_slot.unwritten(), make_slot.unwritten()
    taken.port = 8081
    taken.configure()
    manager.create(slot.name, {"profile": "fault", "device": "cpu"})
    assert 8081 < on_bus(slot).get("Port") <= 8099


def test_create_leaves_out_a_port_that_somebody_listens_on(machine, make_slot, manager):
    slot = make_slot.unwritten()
    listener = machine.popen("python3", "-c", "import socket, time\ns = socket.socket(); s.setsockopt(1, 2, 1)\n"
                             "s.bind(('127.0.0.1', 8081)); s.listen(); time.sleep(60)")
    try:
        wait_until(lambda: machine.listeners(8081), "it listens")
        manager.create(slot.name, {"profile": "fault", "device": "cpu"})
        assert on_bus(slot).get("Port") != 8081
        other = make_slot.unwritten()
        with pytest.raises(Refused) as refused:
            manager.create(other.name, {"profile": "fault", "device": "cpu", "port": 8081})
        assert refused.value.kind == "PortInUse"
        assert "8081" in refused.value.message
    finally:
        machine.run("pkill", "--full", "127.0.0.1', 8081", check=False)
        listener.wait(timeout=10)


@pytest.mark.parametrize("keys, kind, reason", [
    ({"port": 80}, "InvalidConfig", "port"),
    ({"type": "llama"}, "InvalidConfig", "type"),
    ({"profile": "nobodys"}, "NoSuchProfile", "nobodys"),
    ({"model": {"context_size": 1}}, "InvalidConfig", "context_size"),
    ({"name": "another"}, "InvalidConfig", "name"),
    ({"server": {"extra_args": "'"}}, "InvalidConfig", "extra_args")])
def test_a_refused_create_leaves_nothing(machine, make_slot, manager, keys, kind, reason):
    slot = make_slot.unwritten()
    with pytest.raises(Refused) as refused:
        manager.create(slot.name, {**config(slot), **keys})
    assert refused.value.kind == kind
    assert reason in refused.value.message
    assert not machine.exists(slot.file)
    assert not on_bus(slot).exists()


@pytest.mark.parametrize("name", ["", "Upper", "a.b", "../x", "a b", "-a", "a" * 33])
def test_a_name_that_is_none_is_refused(manager, name):
    with pytest.raises(Refused) as refused:
        manager.create(name, {"profile": "fault"})
    assert refused.value.kind == "InvalidName"


def test_a_name_or_port_that_is_taken_is_refused(machine, make_slot, manager):
    slot, other = make_slot(model=TINY), make_slot.unwritten()
    before = machine.read(slot.file)
    with pytest.raises(Refused) as refused:
        manager.create(slot.name, config(slot))
    assert refused.value.kind == "SlotExists"
    with pytest.raises(Refused) as refused:
        manager.create(other.name, config(slot))
    assert refused.value.kind == "PortInUse"
    assert slot.name in refused.value.message, "it names who has it"
    assert machine.read(slot.file) == before


def test_get_slot_of_nobody(manager):
    with pytest.raises(Refused) as refused:
        manager.call(MANAGER, "GetSlot", "s", "nobody")
    assert refused.value.kind == "NoSuchSlot"


# --- update -----------------------------------------------------------------------------------------------

TEXT = """# the kitchen's assistant
port = {port}   # as the cable says
profile = "fault"
device = "cpu"
own-key = [1, 2,
    3]          # nobody's business
idle_timeout_s = 60

[model] # which one
default = "tiny"

context_size = 512
"""


@pytest.fixture
def commented(make_slot):
    slot = make_slot.unwritten()
    slot.text = TEXT.format(port=slot.port)
    slot.write(slot.text)
    return slot


def test_update_changes_these_keys_and_nothing_else(machine, commented):
    bus = on_bus(commented)
    bus.update({"idle_timeout_s": 90, "model": {"context_size": 1024}})
    assert machine.read(commented.file) == commented.text.replace("= 60", "= 90").replace("= 512", "= 1024")
    bus.wait(IdleTimeout=90, ContextSize=1024)
    assert "1024" in machine.read(GENERATED.format(commented.unit)), "systemd has read it"


def test_update_removes_a_key(machine, commented):
    bus = on_bus(commented)
    bus.update({"idle_timeout_s": None, "model": {"context_size": None}})
    text = machine.read(commented.file)
    assert "idle_timeout_s" not in text and "context_size" not in text
    for kept in ("# the kitchen's assistant", "# as the cable says", "# nobody's business", "[model] # which one", 'default = "tiny"'):
        assert kept in text
    bus.wait(IdleTimeout=0, ContextSize=4096)


def test_update_adds_a_table(machine, commented):
    bus = on_bus(commented)
    bus.update({"limits": {"memory_max": "1G"}, "server": {"parallel": 2}})
    assert machine.read(commented.file).startswith(commented.text.rstrip("\n"))
    assert bus.get("Config")["limits"] == {"memory_max": "1G"}
    assert commented.get("MemoryMax") == str(1 << 30)


def test_update_keeps_group_and_mode(machine, commented):
    """A file that only hal0d and its admin may read stays one. (Its owner is whoever wrote it.)"""
    machine.run("chown", "root:hal0", commented.file)
    machine.run("chmod", "0640", commented.file)
    on_bus(commented).update({"idle_timeout_s": 91})
    assert machine.output("stat", "--format=%a %G", commented.file) == "640 hal0"
    assert machine.output("find", "/etc/hal0/slots", "-name", f"*{commented.name}*") == commented.file


@pytest.mark.parametrize("changes, kind", [
    ({"port": 1}, "InvalidConfig"), ({"profile": "nobodys"}, "NoSuchProfile"), ({"model": {"default": "a b"}}, "InvalidConfig"),
    ({"port": None}, "InvalidConfig"), ({"idle_timeout_s": 1, "type": "x"}, "InvalidConfig")])
def test_a_refused_update_changes_nothing(machine, commented, changes, kind):
    with pytest.raises(Refused) as refused:
        on_bus(commented).update(changes)
    assert refused.value.kind == kind
    assert machine.read(commented.file) == commented.text


def test_update_leaves_a_running_slot_alone(commented):
    commented.start()
    container = commented.container_id()
    bus = on_bus(commented)
    bus.update({"model": {"context_size": 1024}})
    bus.wait(State="ready", NeedsRestart=True)
    assert commented.container_id() == container


def test_disabling_a_running_slot_unloads_it(machine, make_slot):
    slot = make_slot(model=TINY)
    bus = on_bus(slot)
    bus.load()
    bus.wait(State="ready")
    bus.update({"enabled": False})
    bus.wait(State="offline", Enabled=False, Loaded=False)
    assert not machine.exists(slot.marker)
    assert slot.left_behind() == {}
    with pytest.raises(Refused) as refused:
        bus.load()
    assert refused.value.kind == "Disabled"


def test_updates_at_the_same_time_are_all_kept(machine, commented):
    """Ten clients, a key each."""
    script = """for i in $(seq 10); do
    busctl call dev.hal0.Slots1 "$1" dev.hal0.Slots1.Slot Update 'a{sv}' 1 "key-$i" x $i & done
    wait"""
    machine.shell(script, path_of(commented.name))
    text = machine.read(commented.file)
    assert [number for number in range(1, 11) if f"key-{number} = {number}\n" not in text] == []


# --- set config -------------------------------------------------------------------------------------------

def test_set_config_replaces_the_text_and_systemd_reads_it(machine, commented):
    commented.start()
    container = commented.container_id()
    bus = on_bus(commented)
    after = commented.text.replace("= 512", "= 1024 # more") + "\n# \u00fc\n"
    bus.set_config(after, replaces=commented.text)
    assert machine.read(commented.file) == after
    assert "1024" in machine.read(GENERATED.format(commented.unit)), "when the call returns, systemd has it"
    bus.wait(State="ready", ContextSize=1024, NeedsRestart=True)
    assert commented.container_id() == container
    for toml, options, kind, words in ((after + "a = [\n", {}, "InvalidConfig", f"{commented.file}:"), (commented.text, {"replaces": commented.text}, "Busy", commented.file)):
        with pytest.raises(Refused) as refused:
            bus.set_config(toml, **options)
        assert refused.value.kind == kind and words in refused.value.message
        assert machine.read(commented.file) == after
    bus.set_config("enabled = false\n" + after)
    bus.wait(State="offline", Enabled=False)
    assert machine.output("find", "/etc/hal0/slots", "-name", f"*{commented.name}*") == commented.file


# --- delete -----------------------------------------------------------------------------------------------

def test_delete_of_a_running_slot(machine, make_slot):
    slot = make_slot(model=TINY)
    bus = on_bus(slot)
    bus.load()
    bus.wait(State="ready")
    with Follow(machine) as seen:
        bus.delete()
        seen.until(lambda one: one["member"] == "InterfacesRemoved" and one["values"][0] == bus.path, "InterfacesRemoved")
    assert not bus.exists()
    assert not machine.exists(slot.file) and not machine.exists(slot.marker)
    assert slot.left_behind() == {}
    wait_until(lambda: not machine.exists(GENERATED.format(slot.unit)), "systemd has forgotten it, too")
    assert slot.state == "inactive"


def test_delete_of_a_broken_slot(machine, make_slot):
    slot = make_slot.unwritten()
    slot.write("port = [\n")
    on_bus(slot).delete()
    assert not machine.exists(slot.file)
    assert not on_bus(slot).exists()


def test_delete_of_a_slot_that_comes_up(machine, make_slot):
    slot = make_slot("late=60", model=TINY)
    bus = on_bus(slot)
    bus.load()
    bus.wait(State="warming")
    bus.delete()
    wait_until(lambda: not bus.exists(), "it is gone")
    assert slot.left_behind() == {}


def test_a_name_can_be_used_again(machine, make_slot, manager):
    slot = make_slot("late=60", model=TINY)
    bus = on_bus(slot)
    bus.delete()
    manager.create(slot.name, config(slot))
    bus.load()
    bus.wait(State="ready")


# --- reading ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", [
    "port = {port}\nprofile = \"fault\"\r\n# \u00fcml\u00e4ut \u2603 and \\n and a tab\t\n\n\n   ",
    "port = [\n",
    "# nothing but this comment"])
def test_get_config_is_the_file_byte_for_byte(make_slot, text):
    slot = make_slot.unwritten()
    text = text.format(port=slot.port)
    slot.write(text)
    bus = on_bus(slot)
    wait_until(bus.exists, "the object is there")
    assert bus.config() == text


def test_get_config_is_what_is_on_disk_now(machine, make_slot):
    slot = make_slot(model=TINY)
    for number in range(5):
        text = f"# {number}\nport = {slot.port}\nprofile = \"fault\"\n"
        slot.write(text, reload=False)
        assert on_bus(slot).config() == text


def test_reload_makes_systemd_read_and_returns_then(machine, make_slot, manager):
    slot = make_slot(reload=False)
    assert not machine.exists(GENERATED.format(slot.unit))
    manager.reload()
    assert machine.exists(GENERATED.format(slot.unit))
    assert on_bus(slot).state == "offline"


def test_hardware_is_json(manager):
    hardware = json.loads(manager.get("Hardware"))
    assert hardware["cpu_threads"] >= 1
    assert hardware["default_hardware"] in ("vulkan", "rocm", "cpu", "npu")


# --- models -----------------------------------------------------------------------------------------------

def test_models_are_added_and_removed(machine, registry, manager):
    with Follow(machine) as seen:
        manager.add_model("new-one", {"path": "/mnt/ai-models/tiny.gguf", "license": "mit", "tags": ["small", "test"], "size_bytes": 5})
        row = manager.models()["new-one"]
        assert row.items() >= {"id": "new-one", "path": "/mnt/ai-models/tiny.gguf", "license": "mit", "tags": ["small", "test"], "size_bytes": 5,
                               "installed": True}.items()
        seen.until(lambda one: one["member"] == "Changed" and one["path"] == ROOT, "Changed")
    with pytest.raises(Refused) as refused:
        manager.add_model("new-one", {"path": "/mnt/ai-models/is-not-there.gguf"})
    assert refused.value.kind == "InvalidConfig", "one that is registered is left alone"
    assert manager.models()["new-one"] == row
    manager.remove_model("new-one")
    assert "new-one" not in manager.models()
    assert machine.read(REGISTRY).strip() == registry.strip(), "nothing else was touched"


def test_an_added_model_can_be_run(machine, registry, manager, make_slot):
    manager.add_model("org/new:q4", {"path": "/mnt/ai-models/tiny.gguf"})
    slot = make_slot(model={"default": "org/new:q4"})
    bus = on_bus(slot)
    bus.load()
    bus.wait(State="ready", Model="org/new:q4")


def test_a_model_of_a_slot_is_not_removed(machine, registry, manager, make_slot):
    slot = make_slot(model=TINY)
    with pytest.raises(Refused) as refused:
        manager.remove_model("tiny")
    assert refused.value.kind == "Busy"
    assert slot.name in refused.value.message
    assert machine.read(REGISTRY) == registry


@pytest.mark.parametrize("model, properties, kind", [
    ("", {"path": "/x"}, "InvalidName"), ("a b", {"path": "/x"}, "InvalidName"), ("new-one", {}, "InvalidConfig"), ("new-one", {"path": 5}, "InvalidConfig")])
def test_a_refused_model_changes_nothing(machine, registry, manager, model, properties, kind):
    with pytest.raises(Refused) as refused:
        manager.add_model(model, properties)
    assert refused.value.kind == kind
    assert machine.read(REGISTRY) == registry


def test_removing_an_unknown_model(manager):
    with pytest.raises(Refused) as refused:
        manager.remove_model("nobody-knows")
    assert refused.value.kind == "NoSuchModel"


def test_a_registry_that_somebody_edits_is_told_of(machine, manager, add_model):
    with Follow(machine) as seen:
        add_model("by-hand", "/mnt/ai-models/tiny.gguf")
        seen.until(lambda one: one["member"] == "Changed" and one["path"] == ROOT, "Changed")
    assert manager.models()["by-hand"]["installed"] is True
