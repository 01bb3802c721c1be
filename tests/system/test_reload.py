"""daemon-reload under a running slot: it goes on, whatever became of its file."""

import pytest


@pytest.fixture
def slot(make_slot):
    slot = make_slot()
    slot.start()
    return slot


def vanish(slot):
    slot.machine.remove(slot.file)
    slot.machine.reload()


CHANGES = {
    "is the same": lambda slot: slot.machine.reload(),
    "changes": lambda slot: slot.configure(timeouts={"stop_s": 7}),
    "breaks": lambda slot: slot.write("port = [\n"),
    "is disabled": lambda slot: slot.configure(enabled=False),
    "vanishes": vanish,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_running_slot_goes_on_when_its_file(slot, change):
    before = slot.container_id(), slot.get("MainPID"), slot.get("InvocationID")
    CHANGES[change](slot)
    assert (slot.container_id(), slot.get("MainPID"), slot.get("InvocationID")) == before
    assert slot.state == "active"
    assert slot.complete()[0] == 200
    slot.stop()
    assert slot.left_behind() == {}


@pytest.mark.parametrize("change", [{"enabled": False}, {"profile": "no-such-profile"}], ids=["is disabled", "loses its profile"])
def test_a_running_slot_keeps_its_limits_when_it(make_slot, change):
    """The file itself is right, so what it says of limits holds for what still runs."""
    keys = {"limits": {"memory_max": "512M"}, "timeouts": {"stop_s": 7}}
    slot = make_slot(**keys)
    slot.start()
    slot.configure(**keys, **change)
    assert slot.show("ActiveState", "MemoryMax", "TimeoutStopUSec") == {"ActiveState": "active", "MemoryMax": str(512 * 1024 * 1024), "TimeoutStopUSec": "7s"}
    slot.stop()
    assert slot.left_behind() == {}


def test_no_request_fails_during_reloads(machine, slot):
    """Requests one after the other, while systemd reloads five times."""
    script = 'for i in 1 2 3 4 5; do systemctl daemon-reload; done & reloads=$!; count=0; ' \
             'while kill -0 $reloads 2>/dev/null; do ' \
             'curl --silent --fail --max-time 2 --output /dev/null "$1"; count=$((count + 1)); done; ' \
             'wait $reloads; echo $count'
    count = machine.shell(script, f"http://127.0.0.1:{slot.port}/health").stdout
    assert int(count) > 0


def test_a_reload_while_it_warms_up(make_slot, watch):
    slot = make_slot(fault="loading=2")
    seen = watch(slot)
    slot.start_in_background()
    seen.until(lambda one: one["StatusText"].startswith("warming up"), "warming up")
    slot.machine.reload()
    seen.until(lambda one: one["ActiveState"] == "active", "active")
    assert slot.health() == 200
    assert slot.get("NRestarts") == "0"


def test_the_next_start_uses_the_new_file(slot):
    slot.configure(fault="last-line=changed")
    slot.machine.systemctl("restart", slot.unit)
    slot.stop()
    assert "changed" in slot.log().splitlines()
