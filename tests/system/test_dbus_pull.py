"""Pulling an image, through the bus: progress as properties, and an end at any moment."""

import pytest

from hal0_bus import TINY, Follow, on_bus
from machine import AT_ONCE_S, wait_until
from test_pull import IMAGE, LAYERS_MB, absent, registry  # noqa: F401  (fixtures)


def has_image(machine):
    return machine.run("podman", "image", "exists", IMAGE, check=False).returncode == 0


def pulled(seen, bus):
    """What Pull said while it went on, as (layer, layers)."""
    return [(layer, layers) for _, (state, layer, layers) in seen.changes(bus, "Pull") if state == "pulling"]


def test_pull_image_leaves_the_slot_alone(machine, absent, make_slot):
    slot = make_slot(profile="pulled", model=TINY)
    bus = on_bus(slot)
    with Follow(machine) as seen:
        bus.act("PullImage")
        bus.wait(ImageStatus="pulling")
        wait_until(lambda: has_image(machine) and bus.get("Pull")[0] != "pulling", "the pull ends", 60)
        wait_until(lambda: [state for _, (state, _, _) in seen.changes(bus, "Pull")][-1:] == ["completed"], "PropertiesChanged says so")
        said = pulled(seen, bus)
        assert seen.states(bus) == []
    assert bus.get("Pull")[0] == "completed"
    assert bus.get("ImageStatus") == "present"
    assert len(said) >= 3 and said == sorted(said) and said[-1][1] >= len(LAYERS_MB), said
    assert slot.state == "inactive"
    assert bus.get("Loaded") is False


def test_load_pulls_and_says_so(machine, absent, make_slot):
    slot = make_slot(profile="pulled", model=TINY)
    bus = on_bus(slot)
    with Follow(machine) as seen:
        bus.load()
        bus.wait(State="pulling")
        assert bus.get("StateMessage").startswith(f"pulling {IMAGE}")
        bus.wait(State="ready", timeout=90)
        wait_until(lambda: seen.states(bus)[-1:] == ["ready"], f"StateChanged to ready; seen: {seen.states(bus)}")
        states = seen.states(bus)
        assert len(pulled(seen, bus)) >= 3
    assert [state for state in states if state in ("pulling", "warming", "ready")][0] == "pulling" and states[-1] == "ready", states
    assert bus.get("ImageStatus") == "present"


def test_unload_while_pulling(machine, absent, make_slot):
    slot = make_slot(profile="pulled", model=TINY)
    bus = on_bus(slot)
    bus.load()
    bus.wait(State="pulling")
    bus.unload()
    bus.wait(State="offline", Loaded=False, timeout=15)
    wait_until(lambda: not pulls(machine), "no pull is left")
    assert not has_image(machine)
    assert slot.left_behind() == {}


@pytest.fixture
def silent(machine, keep_file):
    """A profile whose registry accepts connections and never answers: within the time that a test waits, no pull from it ends by
    itself."""
    port, unit, profiles = 9052, "hal0-test-silent.service", "/etc/hal0/profiles.toml"
    machine.write(profiles, keep_file(profiles) + f'\n[profile.silent]\nimage = "127.0.0.1:{port}/none:1"\nprovider = "llama-server"\ndevice_class = "cpu"\n')
    machine.run("systemd-run", "--collect", "--quiet", f"--unit={unit}", "python3", "-c",
                f"import signal, socket\ns = socket.create_server(('127.0.0.1', {port}), backlog=100)\nsignal.pause()")
    wait_until(lambda: machine.listeners(port), "the registry listens")
    yield
    machine.systemctl("stop", unit)


def pulls(machine):
    return machine.run("pgrep", "--full", "--", "^podman pull", check=False).stdout.split()


def test_delete_while_pulling_alone(machine, silent, make_slot):
    slot = make_slot(profile="silent", model=TINY)
    bus = on_bus(slot)
    bus.act("PullImage")
    bus.wait(ImageStatus="pulling")
    wait_until(lambda: pulls(machine), "podman pulls")
    bus.delete()
    wait_until(lambda: not bus.exists(), "it is gone", AT_ONCE_S)
    assert machine.show_one(slot.pull_unit, "ActiveState") == "inactive"
    assert pulls(machine) == [], "and its pull with it"
    assert not machine.exists(slot.file)
    slot.configure(profile="fault", model=TINY)
    assert on_bus(slot).get("Pull") == ["", 0, 0]


def test_unload_is_not_about_a_pull_alone(machine, silent, make_slot):
    """Nor is an idle timeout, which unloads the same way."""
    slot = make_slot(profile="silent", model=TINY)
    bus = on_bus(slot)
    bus.act("PullImage")
    bus.wait(ImageStatus="pulling")
    bus.unload()
    assert machine.show_one(slot.pull_unit, "ActiveState") == "activating"
    machine.systemctl("stop", slot.pull_unit)
    bus.wait(ImageStatus="", timeout=AT_ONCE_S)


@pytest.mark.parametrize("profile, reason", [("unknown", "manifest unknown"), ("unreachable", "connection refused")])
def test_a_pull_that_fails(machine, registry, make_slot, profile, reason):
    slot = make_slot(profile=profile, model=TINY)
    bus = on_bus(slot)
    with Follow(machine) as seen:
        bus.act("PullImage")
        wait_until(lambda: bus.get("Pull")[0] == "failed", "Pull says failed", 30)
        assert seen.states(bus) == [], "the slot itself is as it was"
    bus.load()
    shown = bus.wait(State="error")
    wait_until(lambda: reason in bus.get("StateMessage"), f"the reason; it says {shown['StateMessage']!r}")
