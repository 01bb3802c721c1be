"""Stopping a slot that resists, and one that somebody kills."""

import time

import pytest

from machine import AT_ONCE_S, wait_until


def test_a_server_that_ignores_sigterm(make_slot):
    """stop_s is for all of it: SIGTERM, a grace, SIGKILL, the removal."""
    slot = make_slot(fault="ignore-sigterm", timeouts={"stop_s": 4})
    slot.start()
    began = time.monotonic()
    slot.stop()
    took = time.monotonic() - began
    assert 1.5 < took < 4 + AT_ONCE_S
    assert slot.left_behind() == {}
    assert slot.show("ActiveState", "Result") == {"ActiveState": "inactive", "Result": "success"}


def test_the_server_gets_a_sigterm_first(make_slot):
    slot = make_slot(fault="last-line=ended-by-sigterm")
    slot.start()
    slot.stop()
    assert "ended-by-sigterm" in slot.log().splitlines()


def test_a_stop_at_any_moment_of_a_start(machine, make_slot):
    """It is no failure and leaves nothing, whoever has the container at the moment: prepare, podman, conmon, ready."""
    slot = make_slot(fault="loading=0.3")
    for milliseconds in range(0, 500, 20):
        slot.start_in_background()
        time.sleep(milliseconds / 1000)
        slot.stop()
        assert slot.left_behind() == {}, f"{milliseconds} ms:\n{slot.log()}"
        assert slot.state == "inactive", f"{milliseconds} ms:\n{slot.log()}"


@pytest.fixture
def running(make_slot):
    slot = make_slot()
    slot.start()
    return slot


def kill_and_wait(slot, pid):
    before = slot.processes("fault-server")
    slot.machine.run("kill", "-KILL", pid)
    slot.wait("an automatic restart", NRestarts="1", ActiveState="active")
    return before


def test_killed_conmon(machine, running):
    """The container's supervisor dies and leaves the server without one: it must not go on, nor hold the port."""
    orphans = kill_and_wait(running, running.get("MainPID"))
    assert not [pid for pid in orphans if machine.exists(f"/proc/{pid}")]
    assert running.health() == 200
    assert len(running.processes("fault-server")) == 1
    assert len(running.server_processes()) == 1
    running.stop()
    assert running.left_behind() == {}


def test_killed_server(running):
    kill_and_wait(running, running.processes("fault-server")[0])
    assert running.health() == 200
    assert len(running.processes("fault-server")) == 1


def test_container_stopped_with_podman(machine, running):
    """`podman stop` by hand ends it like its own decision: the unit follows and leaves nothing."""
    machine.run("podman", "stop", running.container)
    running.wait("the unit stops with the container", ActiveState="inactive")
    wait_until(lambda: running.left_behind() == {}, "nothing is left")


def test_container_removed_with_podman(machine, running):
    machine.run("podman", "rm", "--force", "--time=0", running.container)
    running.wait("the killed server is restarted", NRestarts="1", ActiveState="active")
    assert running.health() == 200


def test_stopping_the_target_stops_the_slots(machine, make_slot):
    """PartOf=: `systemctl stop hal0-slots.target` is "all slots off"."""
    first, second = make_slot(reload=False), make_slot()
    machine.systemctl("start", first.unit, second.unit)
    machine.systemctl("stop", "hal0-slots.target")
    try:
        for slot in (first, second):
            slot.wait(ActiveState="inactive", Result="success")
            assert slot.left_behind() == {}
    finally:
        machine.systemctl("start", "hal0-slots.target")
