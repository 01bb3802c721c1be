"""Event streams in the machine: what they say of real containers, and that no line is lost or doubled."""

import itertools
import time

import pytest

from bridge import make_slot  # noqa: F401  (fixture)
from machine import AT_ONCE_S, wait_until

TINY = {"default": "tiny"}

# Writes a line every 20 ms into the slot's own log.
COUNTING = """[Service]
Type=exec
ExecStartPre=
ExecStart=
ExecStart=/bin/bash -c 'for ((i = 1; i <= 400; i++)); do echo "<6>line $i"; sleep 0.02; done; sleep infinity'
ExecStartPost=
ExecStop=
ExecStopPost=
"""


def states(stream):
    return [key for key, _ in itertools.groupby(one["state"] for one in stream.data("state"))]


def test_a_load_step_by_step(bridge, make_slot):
    slot = make_slot("late=1", model=TINY)
    stream = bridge.follow(f"/api/slots/{slot.name}/state/stream")
    assert stream.seen[0] | {"at": 0} == {"open": 200, "type": "text/event-stream", "at": 0}
    stream.until(lambda: stream.data("state"), "the snapshot")
    assert stream.data("state")[0]["state"] == "offline"
    bridge.ask("POST", f"/api/slots/{slot.name}/load?wait=0")
    stream.until(lambda: states(stream)[-1] == "ready", "it is ready")
    assert states(stream) == ["offline", "starting", "warming", "ready"]
    last = stream.data("state")[-1]
    assert last["name"] == slot.name and last["port"] == slot.port and last["message"] == f"answers on 127.0.0.1:{slot.port}"
    assert abs(last["updated_at"] - time.time()) < 30
    stamps = [one["updated_at"] for one in stream.data("state")[1:]]
    assert stamps == sorted(stamps)


def test_a_killed_container_shows_at_once(bridge, machine, make_slot):
    slot = make_slot(model=TINY)
    slot.start()
    wait_until(lambda: bridge.slot(slot.name)["state"] == "ready", "the bridge knows")
    stream = bridge.follow(f"/api/slots/{slot.name}/state/stream")
    stream.until(lambda: states(stream) == ["ready"], "the snapshot")
    machine.run("podman", "kill", slot.container)
    killed = time.monotonic()
    stream.until(lambda: "error" in states(stream), "error")
    assert next(one["at"] for one in stream.events("state") if one["data"]["state"] == "error") - killed < AT_ONCE_S
    stream.until(lambda: states(stream)[-1] == "ready", "restarted", timeout=40)


def test_a_slot_that_is_deleted_ends_its_stream(bridge, make_slot):
    slot = make_slot(model=TINY)
    stream = bridge.follow(f"/api/slots/{slot.name}/state/stream")
    bridge.ask("DELETE", f"/api/slots/{slot.name}")
    stream.until(lambda: any(one.get("open") == 404 for one in stream.seen), "the end, and then 404", timeout=10)


def test_all_slots_in_one_stream(bridge, make_slot):
    stream = bridge.follow("/api/stream/slots")
    stream.until(lambda: stream.data("slots"), "the snapshot")
    slot = make_slot(model=TINY)
    stream.until(lambda: any(one["name"] == slot.name for one in stream.data("slot")), "the new slot")
    slot.start()
    stream.until(lambda: any(one["name"] == slot.name and one["state"] == "ready" for one in stream.data("slot")), "it is ready")
    stream.until(lambda: any(slot.name in one for one in stream.data("metrics")), "figures of it")
    bridge.ask("DELETE", f"/api/slots/{slot.name}")
    stream.until(lambda: {"name": slot.name} in stream.data("removed"), "it is gone")


@pytest.fixture
def counting(machine, make_slot):
    slot = make_slot(model=TINY)
    folder = f"/run/systemd/system/{slot.unit}.d"
    machine.write(f"{folder}/99-counting.conf", COUNTING)
    machine.reload()
    yield slot
    slot.stop()


def lines(stream):
    return [line.rpartition("line ")[2] for line in stream.data() if ": line " in line]


def test_a_log_is_resumed_across_restarts_of_the_bridge(bridge, machine, counting):
    stream = bridge.follow(f"/api/slots/{counting.name}/logs/stream")
    counting.start()
    for _ in range(3):
        stream.until(lambda: len(lines(stream)) > 20, "lines")
        cuts = sum("ended" in one for one in stream.seen)
        machine.systemctl("restart", "hal0-http.service")
        stream.until(lambda: sum("ended" in one for one in stream.seen) > cuts and "event" in stream.seen[-1], "more lines after the restart")
    stream.until(lambda: lines(stream)[-1:] == ["400"], "the last line", timeout=120)
    assert lines(stream) == [str(number) for number in range(1, 401)]


def test_the_log_from_before_and_the_log_that_follows_meet(bridge, counting):
    """With history asked for, between what was and what comes nothing is missing or there twice."""
    counting.start()
    time.sleep(1)
    stream = bridge.follow(f"/api/slots/{counting.name}/logs/stream?lines=5000")
    stream.until(lambda: lines(stream)[-1:] == ["400"], "the last line", timeout=120)
    assert lines(stream)[-400:] == [str(number) for number in range(1, 401)]
    text = bridge.get(f"/api/slots/{counting.name}/logs?lines=5").json["logs"].splitlines()
    assert [line.rpartition("line ")[2] for line in text] == ["396", "397", "398", "399", "400"]


def test_events_are_resumed(bridge, machine, make_slot):
    slot = make_slot(model=TINY)
    stream = bridge.follow(f"/api/events/stream?slot={slot.name}")
    slot.start()
    stream.until(lambda: [one["data"]["to"] for one in stream.data()][-1:] == ["ready"], "ready")
    machine.systemctl("restart", "hal0-http.service")
    slot.stop()
    stream.until(lambda: [one["data"]["to"] for one in stream.data()][-1:] == ["offline"], "offline")
    ways = [(one["data"]["from"], one["data"]["to"]) for one in stream.data()]
    assert all(before[1] == after[0] for before, after in itertools.pairwise(ways)), ways
    assert (ways[0][0], ways[-1][1]) == ("offline", "offline")
    ids = [one["id"] for one in stream.data()]
    assert ids == sorted(set(ids))

    page = bridge.get(f"/api/events?slot={slot.name}&since={ids[0]}").json
    assert [one["id"] for one in page["events"]] == ids[1:] and page["next_since"] == ids[-1]
    assert [one["id"] for one in bridge.get(f"/api/events?slot={slot.name}&limit=2").json["events"]] == ids[-2:]


def test_bytes_that_are_no_text_stay_harmless(bridge, machine, counting):
    """A log line may hold anything: control characters, bytes that are not UTF-8. As journalctl shows it."""
    script = "/run/hal0-test-odd-lines"
    machine.write(script, "printf '<script>\\033[31m\\xff\\r%s\\n' odd; sleep infinity\n")
    machine.write(f"/run/systemd/system/{counting.unit}.d/99-counting.conf", COUNTING.replace(COUNTING.split("ExecStart=")[2].split("\n")[0], f"/bin/bash {script}"))
    machine.reload()
    try:
        stream = bridge.follow(f"/api/slots/{counting.name}/logs/stream")
        counting.start(check=False)
        stream.until(lambda: any("blob data" in line for line in stream.data()), "the line")
        assert next(line for line in stream.data() if "blob data" in line).endswith("B blob data]")
        assert "blob data" in bridge.get(f"/api/slots/{counting.name}/logs").json["logs"]
    finally:
        machine.remove(script)
