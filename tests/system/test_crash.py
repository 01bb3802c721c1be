"""A server that ends by itself: the unit fails at once, says why, and is restarted with growing delays, up to a limit.

The restarts of one slot take 36 s. They run while this file's other tests run, so nothing here may reload systemd:
all slots are made at the beginning."""

import pytest

from machine import AT_ONCE_S
from watch import Watch

MOST = 5                       # StartLimitBurst= of the unit
DELAYS = [0, 2, 4, 8, 16]      # before each automatic restart, beside RestartSec=1
LIMIT_S = sum(DELAYS) + 6 + 20  # and what starting takes


@pytest.fixture(scope="module")
def slots(module_slot):
    return {"looping": module_slot("exit-at-start=7", reload=False),
            "at start": module_slot("exit-at-start=9,last-line=out-of-memory", reload=False),
            "while warming": module_slot("loading=60,exit-later=1:5", reload=False),
            "later": module_slot("exit-later=6:3")}


@pytest.fixture(scope="module", autouse=True)
def looping(machine, slots):
    """The slot that crashes all the time, started before the first test of this file."""
    slot = slots["looping"]
    slot.seen = Watch(machine, slot.unit, slot.port)
    slot.start_in_background()
    yield slot
    slot.seen.end()


def fails(slot, status):
    """A start that fails with the server, not at a timeout, and what is to be seen of it. How fast: tests/bench/start."""
    # All at once, for a second later it is restarted.
    said = slot.machine.shell('if systemctl start "$1"; then exit 1; fi; systemctl show "$1" --property=Result,ExecMainStatus,StatusText; echo; '
                              'systemctl status --no-pager --full "$1" || true', slot.unit).stdout
    slot.stop()
    properties, _, text = said.partition("\n\n")
    shown = dict(line.split("=", 1) for line in properties.splitlines())
    assert shown["Result"] == "exit-code"
    assert shown["ExecMainStatus"] == str(status)
    assert shown["StatusText"].startswith("the model server ended before it answered")
    assert f"status={status}" in text
    died, failed = slot.times(f"told to end with status {status}")[0], slot.times("Failed with result")[0]
    assert abs(failed - died) < AT_ONCE_S, "each is as late as the journal takes it in"
    assert slot.left_behind() == {}


def test_crash_at_start(slots):
    fails(slots["at start"], 9)
    assert "out-of-memory" in slots["at start"].log().splitlines()


def test_crash_while_warming(slots):
    fails(slots["while warming"], 5)


def test_crash_later(slots):
    slot = slots["later"]
    slot.start()
    assert slot.health() == 200
    slot.wait("it is restarted", NRestarts="1", ActiveState="active")
    assert slot.health() == 200
    assert slot.status_text == f"answers on 127.0.0.1:{slot.port}"
    slot.wait("and again", NRestarts="2", ActiveState="active")
    slot.stop()
    assert slot.left_behind() == {}


def test_a_stop_ends_the_waiting(slots):
    """In the seconds before an automatic restart a stop takes effect at once, and is no failure."""
    slot = slots["at start"]
    seen = Watch(slot.machine, slot.unit, slot.port)
    slot.start(check=False)
    try:
        seen.until(lambda one: one["StatusText"] == "waiting 4 s before automatic restart 3 of 5", "waiting 4 s", timeout=LIMIT_S)
        slot.machine.systemctl("stop", slot.unit, timeout=3.5)
        assert slot.show("ActiveState", "Result") == {"ActiveState": "inactive", "Result": "success"}
    finally:
        seen.end()


def test_delays_grow(looping):
    looping.seen.until(lambda one: one["NRestarts"] == "4", "four restarts", timeout=LIMIT_S)
    deaths = looping.times("told to end with status 7")[:4]
    gaps = [later - earlier for earlier, later in zip(deaths, deaths[1:])]
    for gap, delay in zip(gaps, DELAYS):
        assert delay + 0.5 < gap < delay + 1 + AT_ONCE_S, gaps


def test_waiting_is_said(looping):
    looping.seen.until(lambda one: one["NRestarts"] == "4", "four restarts", timeout=LIMIT_S)
    for number, delay in enumerate(DELAYS[1:4], start=2):
        text = f"waiting {delay} s before automatic restart {number} of {MOST}"
        waiting = [one for one in looping.seen.seen if one["StatusText"] == text]
        assert {(one["ActiveState"], one["SubState"]) for one in waiting} == {("activating", "start-pre")}, looping.seen.texts()


def test_limit_ends_in_failed_and_a_reset_makes_it_start_again(looping):
    looping.seen.until(lambda one: one["ActiveState"] == "failed" and one["SubState"] == "failed", "failed", timeout=LIMIT_S)
    assert looping.get("Result") == "exit-code"
    assert len(looping.times("told to end with status 7")) == MOST + 1, "the first start and the restarts"
    assert looping.left_behind() == {}

    looping.configure()
    looping.machine.systemctl("reset-failed", looping.unit)
    looping.start()
    assert looping.show("ActiveState", "NRestarts") == {"ActiveState": "active", "NRestarts": "0"}
    assert looping.health() == 200
