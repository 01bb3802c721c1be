"""Load, unload and restart through the bus: what a call does to the unit, and what the object says meanwhile."""

import pytest

from hal0_bus import TINY, Follow, Refused, on_bus
from machine import wait_until

FAR = 60  # seconds that no test waits for


def loaded(slot, **keys):
    """The slot's object, once it is ready."""
    bus = on_bus(slot)
    bus.load()
    bus.wait(State="ready", **keys)
    return bus


def test_load_starts_the_unit_and_lets_it_come_back_at_boot(machine, make_slot):
    slot = make_slot(model=TINY)
    bus = on_bus(slot)
    assert bus.all().items() >= {"State": "offline", "StateMessage": "", "Loaded": False, "Model": "tiny", "ActiveSince": 0, "Models": []}.items()
    with Follow(machine) as seen:
        bus.load()
        shown = bus.wait(State="ready", Models=["tiny"])
        wait_until(lambda: seen.states(bus)[-1:] == ["ready"], f"StateChanged to ready; seen: {seen.states(bus)}")
        states = seen.states(bus)
    assert slot.state == "active"
    assert slot.health() == 200
    assert machine.exists(slot.marker)
    assert shown["Loaded"] is True
    assert shown["StateMessage"] == f"answers on 127.0.0.1:{slot.port}"
    assert shown["RunningImage"] == shown["Image"] == "localhost/fault-server:test"
    assert shown["ActiveSince"] > 0
    order = ["starting", "warming", "ready"]
    assert states == [state for state in order if state in states], "no state comes twice, and none out of order"


def test_load_of_a_loaded_slot_does_nothing(make_slot):
    slot = make_slot(model=TINY)
    bus = loaded(slot)
    container = slot.container_id()
    bus.load()
    assert slot.container_id() == container
    assert bus.state == "ready"


def test_load_marks_a_slot_that_systemctl_started(machine, make_slot):
    slot = make_slot(model=TINY)
    slot.start()
    container = slot.container_id()
    bus = on_bus(slot)
    assert bus.get("Loaded") is False
    bus.load()
    bus.wait(Loaded=True)
    assert machine.exists(slot.marker)
    assert slot.container_id() == container


def test_load_with_a_model_makes_it_the_default(machine, make_slot, add_model):
    add_model("second", "/mnt/ai-models/tiny.gguf")
    slot = make_slot(model=TINY)
    bus = loaded(slot, Model="tiny")
    bus.load("second")
    bus.wait(State="ready", Model="second", DefaultModel="second", Models=["second"], NeedsRestart=False)
    assert machine.read(slot.file).count('default = "second"') == 1


def test_load_after_a_file_was_written_without_a_reload(make_slot):
    """systemd's own "needs daemon-reload" is honoured before a start."""
    slot = make_slot(fault="loading=1")
    slot.configure(reload=False, model={"default": "tiny", "context_size": 512})
    bus = loaded(slot, ContextSize=512)
    assert "512" in " ".join(slot.machine.output("podman", "inspect", "--format", "{{.Config.Cmd}}", slot.container).split())
    assert bus.get("NeedsRestart") is False


@pytest.mark.parametrize("runs", [True, False], ids=["restart", "start"])
def test_an_override_that_systemd_has_not_read_counts(machine, make_slot, runs):
    slot = make_slot(model=TINY)
    if runs:
        loaded(slot)
    before = slot.container_id()
    machine.write(f"/etc/systemd/system/{slot.unit}.d/override.conf", "[Service]\nTimeoutStopSec=33\n")
    on_bus(slot).restart()
    wait_until(lambda: slot.container_id() not in ("", before), "another container")
    on_bus(slot).wait(State="ready")
    assert slot.show("NeedDaemonReload", "TimeoutStopUSec") == {"NeedDaemonReload": "no", "TimeoutStopUSec": "33s"}


@pytest.mark.parametrize("keys, kind, reason", [
    ({"enabled": False}, "Disabled", "is disabled"),
    ({"model": {"default": "nobody-knows"}}, "NoSuchModel", "'nobody-knows' is not in the registry"),
    ({"port": 80}, "InvalidConfig", "port: 80 is not allowed")])
def test_a_refused_load_changes_nothing(machine, make_slot, keys, kind, reason):
    slot = make_slot(**keys)
    with pytest.raises(Refused) as refused:
        on_bus(slot).load()
    assert refused.value.kind == kind
    assert reason in refused.value.message
    assert not machine.exists(slot.marker)
    assert slot.state == "inactive"


def test_load_of_an_unknown_model_is_refused(machine, make_slot):
    slot = make_slot(model=TINY)
    before = machine.read(slot.file)
    with pytest.raises(Refused) as refused:
        on_bus(slot).load("nobody-knows")
    assert refused.value.kind == "NoSuchModel"
    assert machine.read(slot.file) == before
    assert slot.state == "inactive"


@pytest.mark.parametrize("options, method", [({"force": True}, "Load"), ({"model": 5}, "Load"), ({"persist": True}, "Unload"), ({"model": "tiny"}, "Restart")])
def test_options_that_are_not_known_are_refused(make_slot, options, method):
    bus = on_bus(make_slot(model=TINY))
    with pytest.raises(Refused) as refused:
        bus.act(method, options)
    assert refused.value.kind == "org.freedesktop.DBus.Error.InvalidArgs"
    assert bus.state == "offline"


def test_unload_stops_it_for_good(machine, make_slot):
    slot = make_slot(model=TINY)
    bus = loaded(slot)
    with Follow(machine) as seen:
        bus.unload()
        bus.wait(State="offline", Loaded=False, ActiveSince=0, RunningImage="", Models=[])
        wait_until(lambda: seen.states(bus)[-1:] == ["offline"], f"StateChanged to offline; seen: {seen.states(bus)}")
        assert seen.states(bus) == ["unloading", "offline"]
    assert not machine.exists(slot.marker)
    assert slot.show("ActiveState", "Result") == {"ActiveState": "inactive", "Result": "success"}
    assert slot.left_behind() == {}


@pytest.mark.parametrize("fault, state", [(f"late={FAR}", "warming"), (f"loading={FAR}", "warming"), ("hang", "warming")])
def test_unload_while_it_comes_up(machine, make_slot, fault, state):
    slot = make_slot(fault=fault, model=TINY)
    bus = on_bus(slot)
    bus.load()
    bus.wait(State=state)
    bus.unload()
    bus.wait(State="offline", Loaded=False, timeout=15)
    wait_until(lambda: slot.left_behind() == {}, "nothing is left")
    assert slot.show("ActiveState", "Result") == {"ActiveState": "inactive", "Result": "success"}


def test_unload_right_behind_load(make_slot):
    """Whatever phase it meets, the last word counts."""
    slot = make_slot(model=TINY)
    bus = on_bus(slot)
    for _ in range(5):
        bus.load()
        bus.unload()
    # It may be offline between two of them for a moment, too.
    wait_until(lambda: slot.state == "inactive" and slot.left_behind() == {}, "nothing is left")
    bus.wait(State="offline", Loaded=False)


def test_unload_of_a_failed_slot_forgets_the_failure(machine, make_slot):
    slot = make_slot("exit-at-start=3", model=TINY)
    bus = on_bus(slot)
    bus.load()
    bus.wait(State="error")
    bus.unload()
    bus.wait(State="offline", StateMessage="", Loaded=False)
    assert slot.state == "inactive"


def test_restart_takes_the_configuration_on_disk(make_slot):
    slot = make_slot(model=TINY)
    bus = loaded(slot)
    container = slot.container_id()
    bus.restart()
    wait_until(lambda: slot.container_id() not in ("", container), "another container")
    bus.wait(State="ready", NeedsRestart=False)


def test_restart_starts_a_slot_that_is_offline(make_slot):
    slot = make_slot(model=TINY)
    on_bus(slot).restart()
    on_bus(slot).wait(State="ready", Loaded=True)


def test_get_command_is_what_runs(machine, make_slot):
    slot = make_slot(fault="last-line=by-hand", model={"default": "tiny", "context_size": 512})
    bus = loaded(slot)
    command = bus.command()
    assert command[0] == ("localhost/fault-server:test", "profile")
    assert ("--fault", "extra_args") in command and ("last-line=by-hand", "extra_args") in command
    assert {source for _, source in command} <= {"hal0", "model", "profile", "slot", "extra_args"}
    running = machine.output("podman", "inspect", "--format", "{{json .Config.Cmd}}", slot.container)
    assert running == "[" + ",".join(f'"{word}"' for word, _ in command[1:]) + "]"


def test_get_command_names_what_is_wrong(make_slot):
    slot = make_slot(port=80)
    with pytest.raises(Refused) as refused:
        on_bus(slot).command()
    assert refused.value.kind == "InvalidConfig"
    assert f"{slot.file}:1:8: port: 80 is not allowed" in refused.value.message


def test_slots_of_a_group_replace_each_other(make_slot):
    first, second = make_slot(exclusive_group="bus", reload=False, model=TINY), make_slot(exclusive_group="bus", model=TINY)
    loaded(first)
    loaded(second)
    on_bus(first).wait(State="offline")
    assert first.state == "inactive"
