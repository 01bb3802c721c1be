"""What a restart would change: NeedsRestart and Drift of a slot that runs with another configuration than the one on disk."""

import pytest

from hal0_bus import TINY, Follow, on_bus
from machine import wait_until


@pytest.fixture
def ready(make_slot):
    slot = make_slot(model={"default": "tiny", "context_size": 512})
    slot.start()
    bus = on_bus(slot)
    bus.wait(State="ready", NeedsRestart=False, Drift=[])
    return slot, bus


def restart(slot, bus):
    container = slot.container_id()
    bus.restart()
    wait_until(lambda: slot.container_id() not in ("", container), "another container")
    bus.wait(State="ready", NeedsRestart=False, Drift=[])


@pytest.mark.parametrize("who", ["editor", "bus"])
def test_an_edited_context_size(machine, ready, who):
    slot, bus = ready
    container = slot.container_id()
    with Follow(machine) as seen:
        if who == "editor":
            slot.configure(reload=False, model={"default": "tiny", "context_size": 1024})
        else:
            bus.update({"model": {"context_size": 1024}})
        seen.until_changed(bus, 0, NeedsRestart=True)
    shown = bus.all()
    assert [row[1:] for row in shown["Drift"]] == [["512", "1024"]], shown["Drift"]
    assert "ctx" in shown["Drift"][0][0]
    assert shown["State"] == "ready" and slot.container_id() == container, "the running container is left alone"
    restart(slot, bus)
    assert "1024" in machine.output("podman", "inspect", "--format", "{{.Config.Cmd}}", slot.container)


def test_an_edited_model(ready, add_model):
    add_model("second", "/mnt/ai-models/tiny.gguf")
    slot, bus = ready
    bus.update({"model": {"default": "second"}})
    shown = bus.wait(NeedsRestart=True, Model="tiny", DefaultModel="second", Models=["tiny"])
    assert ["tiny", "second"] in [row[1:] for row in shown["Drift"]], shown["Drift"]
    restart(slot, bus)
    bus.wait(Model="second", Models=["second"])


def test_an_edit_that_is_taken_back_is_no_drift(ready):
    slot, bus = ready
    bus.update({"model": {"context_size": 1024}})
    bus.wait(NeedsRestart=True)
    bus.update({"model": {"context_size": 512}})
    bus.wait(NeedsRestart=False, Drift=[])


def test_what_a_start_does_not_depend_on_is_no_drift(ready):
    slot, bus = ready
    bus.update({"idle_timeout_s": 5000, "own-key": 5, "model": {"labels": ["a", "b"]}})
    bus.wait(IdleTimeout=5000, Labels=["a", "b"])
    assert bus.get("NeedsRestart") is False


def test_an_edited_port(machine, ready):
    """The slot answers on its old port until it is restarted."""
    slot, bus = ready
    old = slot.port
    slot.port += 500
    bus.update({"port": slot.port})
    shown = bus.wait(NeedsRestart=True, Port=slot.port)
    assert [str(old), str(slot.port)] in [row[1:] for row in shown["Drift"]]
    assert machine.http(old)[0] == 200
    assert shown["State"] == "ready"
    restart(slot, bus)
    assert slot.health() == 200


def test_another_image(machine, ready, keep_file):
    path = "/etc/hal0/profiles.toml"
    text = keep_file(path)
    slot, bus = ready
    machine.write(path, text.replace("localhost/fault-server:test", "localhost/fault-server:other"))
    shown = bus.wait(NeedsRestart=True, Image="localhost/fault-server:other", RunningImage="localhost/fault-server:test")
    assert ["image", "localhost/fault-server:test", "localhost/fault-server:other"] in shown["Drift"]


def test_a_restart_by_systemctl_makes_it_clean(machine, ready):
    slot, bus = ready
    bus.update({"model": {"context_size": 1024}})
    bus.wait(NeedsRestart=True)
    machine.systemctl("restart", slot.unit)
    bus.wait(State="ready", NeedsRestart=False, Drift=[])


def test_an_override_of_the_administrators_is_no_drift(machine, make_slot):
    """`systemctl edit` says what runs; a restart would not change it."""
    slot = make_slot(model=TINY, reload=False)
    machine.write(f"/run/systemd/system/{slot.unit}.d/override.conf", "[Service]\nCPUWeight=50\n")
    machine.reload()
    slot.start()
    bus = on_bus(slot)
    bus.wait(State="ready", NeedsRestart=False)


def test_an_edited_profile(machine, keep_file, make_slot):
    """What is around the server counts, too: a restart would change it."""
    path = "/etc/hal0/profiles.toml"
    profile = '\n[profile.drifts]\nimage = "localhost/fault-server:test"\nprovider = "llama-server"\ndevice_class = "cpu"\ndevices = ["/dev/nul*"]\n'
    before = keep_file(path) + profile
    machine.write(path, before)
    slot = make_slot(model=TINY, profile="drifts")
    slot.start()
    bus = on_bus(slot)
    bus.wait(State="ready", NeedsRestart=False, Drift=[])
    machine.write(path, before.replace("/dev/nul*", "/dev/zero") + 'security = ["seccomp=unconfined"]\n')
    shown = bus.wait(NeedsRestart=True)
    assert shown["Drift"] == [["podman --security-opt", "no-new-privileges", "no-new-privileges seccomp=unconfined"],
                              ["podman --device", "/dev/nul*", "/dev/zero"]]
    restart(slot, bus)
