"""Between "the container runs" and "the model answers": the unit is activating, never active, and says what goes on."""

import time

import pytest

from machine import AT_ONCE_S

FAR = 60  # seconds that no test waits for


def too_early(seen):
    """What was seen of an active unit whose server did not say 200."""
    return [one for one in seen if one["ActiveState"] == "active" and one["health"] not in (200, "slow")]


def warming_up(make_slot, watch, fault):
    """A slot that does so, and who watches it."""
    slot = make_slot(fault=fault)
    seen = watch(slot)
    slot.start_in_background()
    seen.until(lambda one: one["StatusText"].startswith("warming up"), "warming up")
    return slot, seen


@pytest.mark.parametrize("fault, text", [
    ("loading=1.5", "warming up: the server loads its model"),
    ("late=1.5", "warming up: the server does not listen yet")])
def test_active_exactly_when_it_answers(make_slot, watch, fault, text):
    slot = make_slot(fault=fault)
    seen = watch(slot)
    slot.start()
    ready = seen.until(lambda one: one["health"] == 200, "200")
    active = seen.until(lambda one: one["ActiveState"] == "active", "active")
    seen.end()
    assert not too_early(seen.seen)
    warming = [one for one in seen.seen if one["StatusText"] == text]
    assert {(one["ActiveState"], one["SubState"]) for one in warming if one["health"] != 200} == {("activating", "start-post")}
    assert active["at"] - ready["at"] < AT_ONCE_S
    assert seen.texts()[-1] == f"answers on 127.0.0.1:{slot.port}"


def test_a_server_that_never_answers(make_slot, watch):
    """It ends with start_s, which begins when the container runs."""
    slot = make_slot(fault="hang", timeouts={"start_s": 4, "stop_s": 2})
    seen = watch(slot)
    began = time.monotonic()
    assert slot.start(check=False).returncode != 0
    took = time.monotonic() - began
    slot.stop()
    seen.end()
    assert 4 <= took < 4 + 2 + AT_ONCE_S
    assert "warming up: the server accepts connections and does not answer" in seen.texts()
    assert "timeout" in [one["Result"] for one in seen.seen]
    assert "active" not in [one["ActiveState"] for one in seen.seen]
    assert slot.left_behind() == {}


@pytest.mark.parametrize("fault", [f"loading={FAR}", pytest.param(f"loading={FAR},ignore-sigterm", id="no-handler-yet")])
def test_a_start_that_takes_too_long_says_so(make_slot, watch, fault):
    """With what to change, and what the server was about: not with what becomes of it when systemd ends it, nor with what podman
    says of that."""
    slot = make_slot(fault=fault, timeouts={"start_s": 2})
    seen = watch(slot)
    assert slot.start(check=False).returncode != 0
    sentence = "the model server did not become healthy within 2 s (if that is too short, raise timeouts.start_s); " \
               "last seen: the server loads its model"
    seen.until(lambda one: one["Result"] == "timeout" and one["StatusText"] == sentence, sentence)
    assert sentence in slot.log().splitlines()
    slot.stop()
    seen.end()
    listening = [text for text in seen.texts() if text == "warming up: the server loads its model"]
    assert listening and "warming up: the server does not listen yet" not in seen.texts()[seen.texts().index(listening[0]):]
    assert "Error: " not in slot.log()
    assert slot.left_behind() == {}


@pytest.mark.parametrize("fault", [
    f"loading={FAR}", f"late={FAR}",
    pytest.param(f"loading={FAR},ignore-sigterm", id="no-handler-yet"),
    pytest.param("hang", id="hang")])
def test_a_stop_takes_effect_at_once(make_slot, watch, fault):
    """Also of a server that knows no SIGTERM yet: llama-server installs its handler when the model is loaded, and in a
    container there is no default action. No request is lost, because none was answered. And a stop that somebody asked
    for is no failure."""
    slot, seen = warming_up(make_slot, watch, fault)
    began = time.monotonic()
    slot.stop()
    took = time.monotonic() - began
    assert took < AT_ONCE_S
    assert slot.left_behind() == {}
    assert slot.show("ActiveState", "Result") == {"ActiveState": "inactive", "Result": "success"}


@pytest.mark.parametrize("fault", [f"loading={FAR}", pytest.param(f"loading={FAR},ignore-sigterm", id="no-handler-yet")])
def test_a_signal_is_no_stop(machine, make_slot, watch, fault):
    """`systemctl kill` is not `systemctl stop`: whoever waits for the start is not told that the model answers."""
    slot, seen = warming_up(make_slot, watch, fault)
    machine.systemctl("kill", slot.unit)
    seen.until(lambda one: one["NRestarts"] == "1", "an automatic restart")
    assert "somebody ended it with SIGTERM before the model server answered" in seen.texts()
    assert "active" not in [one["ActiveState"] for one in seen.seen]
    slot.stop()
    assert slot.left_behind() == {}


def test_a_killed_removal(make_slot, watch):
    """`systemctl kill` may meet the podman that removes the container of the server it has ended, and before the unit is active there is
    no ExecStop= that would find it. Nobody else knows of it when the slot is stopped before it starts again."""
    slot, seen = warming_up(make_slot, watch, f"loading={FAR}")
    seen.until(lambda one: one["StatusText"] == "warming up: the server loads its model", "it takes signals")
    slot.machine.shell("""kill -TERM "$1"
                          while [[ -e /proc/$2 ]]; do
                              if removal=$(pgrep --parent "$2" --exact podman); then kill -TERM "$removal" || true; fi
                          done
                          systemctl stop "$3" """, slot.processes("fault-server")[0], slot.get("MainPID"), slot.unit)
    assert slot.left_behind() == {}


def test_a_killed_conmon(make_slot, watch):
    """A server that takes no SIGTERM yet is left without its conmon: nothing waits for it."""
    slot, seen = warming_up(make_slot, watch, f"loading={FAR},ignore-sigterm")
    slot.machine.run("kill", "-KILL", slot.get("MainPID"))
    began = time.monotonic()
    seen.until(lambda one: one["NRestarts"] == "1", "an automatic restart")
    assert time.monotonic() - began < 1 + AT_ONCE_S, "RestartSec=1"
    slot.stop()
    assert slot.left_behind() == {}


def test_a_restart_while_it_warms_up(make_slot, watch):
    slot, seen = warming_up(make_slot, watch, f"loading={FAR}")
    slot.configure()
    slot.machine.systemctl("restart", slot.unit)
    assert slot.health() == 200
