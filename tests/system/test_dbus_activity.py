"""Use: requests that whoever sends straight to the port, serving, idle, and the unloading of what nobody needs."""

import time

import pytest

from hal0_bus import PATIENCE, TINY, Follow, on_bus
from machine import wait_until

SETTINGS = "/etc/hal0/hal0.toml"


@pytest.fixture
def settings(machine):
    """settings(text) writes hal0.toml, for one test."""
    before = machine.read(SETTINGS) if machine.exists(SETTINGS) else None
    yield lambda text: machine.write(SETTINGS, text)
    machine.remove(SETTINGS) if before is None else machine.write(SETTINGS, before)
    machine.reload()


def started(slot, *states):
    """In one of these states: who looks late finds a slot idle that was ready."""
    slot.start()
    bus = on_bus(slot)
    wait_until(lambda: bus.state in (states or ("ready",)), f"{slot.name} in one of {states or 'ready'}", PATIENCE)
    return bus


def ask(machine, slot):
    """A completion that somebody else waits for. The first line that it prints says when it began, in seconds since 1970."""
    return machine.popen("bash", "-c", 'echo $EPOCHREALTIME; exec curl "$@"', "-", "--silent", "--max-time", "60",
                         "--data", '{"prompt": "The slot", "n_predict": 4}', "--header", "Content-Type: application/json",
                         f"http://127.0.0.1:{slot.port}/completion", stdout=-1)


def test_a_request_in_flight_is_serving(machine, make_slot):
    slot = make_slot("slow=8", model=TINY)
    bus = started(slot)
    before = bus.get("LastUsedAt")
    with Follow(machine) as seen:
        asking = ask(machine, slot)
        began = float(asking.stdout.readline())
        assert seen.until_changed(bus, began, State="serving") < 2.5
        assert bus.get("RequestsInFlight") == 1
        assert bus.get("LastUsedAt") > max(before, (began - 1) * 1e6)
        assert "the slot is ready" in asking.communicate(timeout=30)[0]
        bus.wait(State="ready", RequestsInFlight=0)
        wait_until(lambda: seen.states(bus)[-1:] == ["ready"], f"StateChanged to ready; seen: {seen.states(bus)}")
        assert seen.states(bus) == ["serving", "ready"]


def test_a_short_request_moves_last_used(machine, make_slot):
    """Shorter than a sampling interval: the server's counters tell of it."""
    bus = started(slot := make_slot(model=TINY))
    time.sleep(2)
    before = bus.get("LastUsedAt")
    assert slot.complete()[0] == 200
    wait_until(lambda: bus.get("LastUsedAt") > before, "LastUsedAt moves")


def test_a_short_request_to_the_real_server(machine, make_slot, llama):
    slot = make_slot(profile="test", model=TINY)
    bus = started(slot)
    time.sleep(2)
    before = bus.get("LastUsedAt")
    assert slot.complete()[0] == 200
    wait_until(lambda: bus.get("LastUsedAt") > before, "LastUsedAt moves")
    assert bus.get("Models") == ["tiny"]


def test_hal0s_own_probes_are_no_use(make_slot):
    bus = started(make_slot(model=TINY))
    time.sleep(2)
    before = bus.get("LastUsedAt")
    time.sleep(7)  # a health probe, and samples
    assert bus.get("LastUsedAt") == before
    assert bus.state == "ready"


def test_a_busy_server(make_slot):
    bus = started(make_slot("busy=3", model=TINY), "serving")
    bus.wait(RequestsInFlight=3)


def test_a_slot_without_a_model_is_idle(make_slot):
    assert started(make_slot(), "idle").get("Model") == ""


def test_an_unused_slot_becomes_idle_and_a_request_wakes_it(machine, make_slot, settings):
    settings("[slots]\nidle_after_s = 3\n")
    bus = started(slot := make_slot(model=TINY))
    bus.wait(State="idle")
    slot.complete()
    bus.wait(State="ready", timeout=5)
    bus.wait(State="idle", timeout=15)
    assert slot.state == "active", "idle is not unloaded"


def test_an_idle_slot_is_unloaded(machine, make_slot, settings):
    settings("[slots]\nidle_after_s = 2\n")
    slot = make_slot(model=TINY, idle_timeout_s=5)
    bus = on_bus(slot)
    with Follow(machine) as seen:
        bus.load()
        bus.wait(State="idle")
        bus.wait(State="offline", Loaded=False)
        wait_until(lambda: seen.states(bus)[-1:] == ["offline"], f"StateChanged to offline; seen: {seen.states(bus)}")
        assert seen.states(bus)[-3:] == ["idle", "unloading", "offline"]
    assert not machine.exists(slot.marker)
    assert slot.left_behind() == {}


def test_the_idle_timeout_of_all_slots(make_slot, settings):
    settings("[slots]\nidle_after_s = 2\nidle_timeout_s = 4\n")
    slot, other = make_slot(model=TINY, reload=False), make_slot(model=TINY, idle_timeout_s=0)
    bus, stays = started(slot, "ready", "idle"), started(other, "ready", "idle")
    assert (bus.get("IdleTimeout"), stays.get("IdleTimeout")) == (4, 0)
    bus.wait(State="offline")
    time.sleep(3)
    assert other.state == "active", "0 is never"


def test_use_puts_the_unloading_off(make_slot, settings):
    settings("[slots]\nidle_after_s = 2\n")
    slot = make_slot(model=TINY, idle_timeout_s=8)
    bus = started(slot, "ready", "idle")
    for _ in range(4):
        time.sleep(2.5)
        assert slot.complete()[0] == 200
    assert slot.state == "active", "more than its idle_timeout_s after the start"
    bus.wait(State="offline")


def test_a_long_request_is_not_unloaded(machine, make_slot, settings):
    settings("[slots]\nidle_after_s = 1\n")
    slot = make_slot("slow=12", model=TINY, idle_timeout_s=6)
    bus = started(slot, "ready", "idle")
    asking = ask(machine, slot)
    assert "the slot is ready" in asking.communicate(timeout=40)[0], "its answer arrives"
    bus.wait(State="offline")


def test_an_idle_timeout_that_is_edited_counts_for_the_running_slot(make_slot, settings):
    settings("[slots]\nidle_after_s = 1\n")
    slot = make_slot(model=TINY)
    bus = started(slot, "ready", "idle")
    bus.wait(State="idle")
    bus.update({"idle_timeout_s": 2})
    bus.wait(State="offline")


def test_an_unused_slot_is_unloaded_after_hal0d_was_restarted(machine, make_slot, settings):
    """How long it has not been used counts from when somebody last looked, at most."""
    settings("[slots]\nidle_after_s = 1\n")
    slot = make_slot(model=TINY, idle_timeout_s=6)
    bus = started(slot, "ready", "idle")
    machine.systemctl("restart", "hal0d")
    bus.wait(State="offline", timeout=20)


def test_a_restart_of_hal0d_makes_no_slot_look_unused(machine, make_slot, settings):
    """It may have been used a second ago: nobody is unloaded for what hal0d could not see."""
    settings("[slots]\nidle_after_s = 1\n")
    slot = make_slot(model=TINY, idle_timeout_s=6)
    bus = started(slot, "ready", "idle")
    for _ in range(4):
        time.sleep(2)
        assert slot.complete()[0] == 200
    machine.systemctl("restart", "hal0d")
    bus.get("State")
    time.sleep(2)
    assert slot.state == "active"


def test_daemon_reloads_during_a_request_are_no_news(machine, make_slot):
    """Whoever creates another slot meanwhile makes systemd reload; this one goes on serving."""
    slot = make_slot("slow=15", model=TINY)
    bus = started(slot)
    asking = ask(machine, slot)
    end = float(asking.stdout.readline()) + 9  # the request outlasts them, also where they take long
    bus.wait(State="serving")
    with Follow(machine) as seen:
        for _ in range(8):
            if time.time() > end:
                break
            machine.shell('systemctl daemon-reload & for i in $(seq 5); do touch "$1"; sleep 0.05; done; wait', slot.file)
        assert bus.get("RequestsInFlight") == 1
        assert seen.states(bus) == []
    assert "the slot is ready" in asking.communicate(timeout=30)[0]
