"""When a start is not worth another one: reasons that no restart can mend, and the end of a crash loop.

A crash loop takes 36 s, so they run beside one another, and beside what this file tests first: its daemon-reloads are no news to them."""

import time

import pytest

from machine import AT_ONCE_S, wait_until
from watch import Watch
from test_configuration import assert_refused

STORE = "/mnt/ai-models"
MOST = 5  # automatic restarts
LONG_RUN_S = 3  # what lasts so long wipes the slate


def limit_restarts(slot, seconds):
    """systemd's own window, and what counts as a long run."""
    slot.machine.write(f"/run/systemd/system/{slot.unit}.d/limit.conf", f"[Unit]\nStartLimitIntervalSec={seconds}\n")
    slot.machine.reload()


@pytest.fixture(scope="module", autouse=True)
def loops(machine, module_slot):
    """Slots in a crash loop: one to whose restarts systemd sets no limit, and one that ran for long before."""
    loops = {"unlimited": module_slot("exit-at-start=7"), "after a long run": module_slot("exit-later=4:3")}
    limit_restarts(loops["unlimited"], 0)
    limit_restarts(loops["after a long run"], LONG_RUN_S)
    for slot in loops.values():
        slot.seen = Watch(machine, slot.unit, slot.port)
    loops["unlimited"].start_in_background()
    loops["after a long run"].start()
    loops["after a long run"].configure("exit-at-start=7")
    yield loops
    for slot in loops.values():
        slot.seen.end()


def fails_for_good(slot, sentence):
    """The start fails at once, says why, and stays failed."""
    began = time.monotonic()
    slot.start(check=False)
    assert time.monotonic() - began < AT_ONCE_S
    assert_refused(slot, sentence)
    time.sleep(2)  # RestartSec=1 and more
    assert slot.show("ActiveState", "NRestarts", "StatusText") == {"ActiveState": "failed", "NRestarts": "0", "StatusText": sentence}
    assert slot.left_behind() == {}


def test_a_model_that_is_not_in_the_registry(make_slot):
    slot = make_slot(model={"default": "no-such-model"})
    slot.start(check=False)
    sentence = slot.status_text
    assert sentence.startswith("model 'no-such-model' is not in the registry")
    fails_for_good(slot, sentence)


def test_a_model_file_that_is_missing_or_outside_the_store(make_slot, add_model):
    add_model("gone", f"{STORE}/gone.gguf")
    add_model("outside", "/etc/hostname")
    for model, part in (("gone", "No such file or directory"), ("outside", "is outside the model store")):
        slot = make_slot(model={"default": model})
        slot.start(check=False)
        assert part in slot.status_text
        fails_for_good(slot, slot.status_text)


def test_an_environment_that_is_wrong(machine, make_slot):
    slot = make_slot()
    machine.write(f"/run/systemd/system/{slot.unit}.d/override.conf", "[Service]\nEnvironment=HAL0_PORT=none\n")
    machine.reload()
    fails_for_good(slot, "HAL0_PORT in the unit's environment: not a port")


def test_a_reason_that_was_mended_is_forgotten(machine, make_slot, add_model):
    slot = make_slot(model={"default": "late"})
    assert slot.start(check=False).returncode != 0
    add_model("late", f"{STORE}/tiny.gguf")
    slot.start()
    assert slot.show("ActiveState", "StatusText") == {"ActiveState": "active", "StatusText": f"answers on 127.0.0.1:{slot.port}"}


@pytest.mark.parametrize("wrong", ["the file", "the environment", "enabled"])
def test_asking_again_and_again_gives_the_reason(machine, make_slot, wrong):
    """Starts that somebody asks for never reach the start limit: each says what is wrong, and the one after the mending works."""
    slot = make_slot(enabled=wrong != "enabled", reload=False)
    override = f"/run/systemd/system/{slot.unit}.d/override.conf"
    if wrong == "the file":
        slot.write("port = [\n", reload=False)
    if wrong == "the environment":
        machine.write(override, "[Service]\nEnvironment=HAL0_PORT=none\n")
    machine.reload()
    slot.start(check=False)
    sentence = slot.status_text
    for _ in range(MOST + 1):
        assert_refused(slot, sentence)
    assert "repeated too quickly" not in slot.log()
    machine.remove(override)
    slot.configure()
    slot.start()
    assert slot.state == "active"


def test_a_client_is_told_by_its_dependency(machine, make_slot, make_unit):
    """Of a unit that requires the slot, systemd says that its dependency failed: the slot's job failed, nobody cancelled it."""
    slot = make_slot(model={"default": "no-such-model"})
    make_unit("hal0-test-client.service", f"[Unit]\nRequires={slot.unit}\nAfter={slot.unit}\n[Service]\nType=oneshot\nExecStart=true\n")
    answer = machine.systemctl("start", "hal0-test-client.service", check=False)
    assert answer.returncode != 0
    assert "dependency" in answer.stderr


def restart(slot, times):
    """Waits until the slot was restarted automatically so often."""
    wait_until(lambda: int(slot.get("NRestarts")) >= times, f"{times} automatic restarts", 60)


def counted_twice(slot):
    """How many automatic restarts systemd counted and scheduled anew, because a daemon-reload came before their start."""
    steps = [part for text in slot.log().splitlines() for part in ("Scheduled restart job", "Starting ") if part in text]
    return sum(pair == ("Scheduled restart job", "Scheduled restart job") for pair in zip(steps, steps[1:]))


def assert_ended(slot, seen):
    """A crash loop is over, after all its automatic restarts and no more."""
    slot.wait("the end", ActiveState="failed", SubState="failed", timeout=60)
    runs = len(slot.times("told to end with status 7"))
    assert runs + counted_twice(slot) == MOST + 1, f"the first start and the restarts:\n{slot.log()}"
    assert not [text for text in seen.texts() if f"restart {MOST + 1} of" in text]
    assert slot.left_behind() == {}


def test_a_crash_loop_ends_although_systemd_reloads(machine, make_slot, watch):
    """systemd 252's own start limit begins anew at every daemon-reload, that of 257 does not: it may be the first to end it."""
    slot = make_slot(fault="exit-at-start=7")
    seen = watch(slot)
    slot.start_in_background()
    for times in range(1, MOST + 1):
        restart(slot, times)
        machine.reload()
    assert_ended(slot, seen)


def test_a_crash_loop_ends_without_a_limit_of_systemds(loops):
    slot = loops["unlimited"]
    assert_ended(slot, slot.seen)
    assert slot.status_text == f"it still failed after {MOST} automatic restarts: journalctl -u {slot.unit} says why"

    # Somebody who starts it again is not held back by what was.
    slot.configure()
    slot.start()
    assert slot.show("ActiveState", "NRestarts") == {"ActiveState": "active", "NRestarts": "0"}


def test_a_long_run_wipes_the_slate(make_slot, watch):
    slot = make_slot(fault="exit-at-start=7")
    limit_restarts(slot, LONG_RUN_S)
    slot.start_in_background()
    restart(slot, 3)
    slot.configure(fault="exit-later=8:3")
    slot.wait("a run", ActiveState="active", timeout=40)
    run = slot.get("InvocationID")
    seen = watch(slot)
    wait_until(lambda: slot.get("ActiveState") == "active" and slot.get("InvocationID") != run, "the next run", 40)
    seen.end()
    assert slot.get("NRestarts") == "0"
    assert not [text for text in seen.texts() if text.startswith("waiting")]


def test_a_long_run_counts_once(loops):
    """A slot that ran for long, and now does not start any more, still reaches the limit."""
    slot = loops["after a long run"]
    slot.wait("the end", ActiveState="failed", SubState="failed", timeout=90)
    # The restart after the long run is the first one or none, as long as cleaning up takes more or less than a second.
    assert len(slot.times("told to end with status 7")) + counted_twice(slot) in (MOST, MOST + 1)
    assert [text for text in slot.seen.texts() if text.startswith("waiting")], "the others wait"


def test_a_signal_is_no_stop(machine, make_slot, watch):
    """`systemctl kill` before the container runs: nothing is started without what prepare finds out."""
    slot = make_slot(fault="exit-at-start=7")
    seen = watch(slot)
    slot.start_in_background()
    seen.until(lambda one: one["StatusText"].startswith("waiting 4 s"), "waiting between restarts", timeout=60)
    at = time.monotonic()
    machine.systemctl("kill", slot.unit)
    slot.wait("failed", ActiveState="failed", SubState="failed")
    assert slot.status_text == f"a signal ended the start before it was ready; try again: systemctl start {slot.unit}"
    assert all(ended < at for ended in slot.times("told to end with status 7")), "the server was not started"
    assert slot.left_behind() == {}
