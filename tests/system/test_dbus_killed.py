"""hal0d dies or is restarted in the middle of something: no running slot notices, and afterwards every answer is right."""

import threading
import time

import pytest

from hal0_bus import DAEMON, KILL_DAEMON, TINY, TRIALS, Follow, Manager, Refused, busctl_call, daemon_pid, kill_daemon, on_bus
from machine import wait_until

GONE = ("org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner")


@pytest.fixture
def ready(make_slot):
    """A running slot that nobody touches, and its object."""
    slot = make_slot(model=TINY)
    bus = on_bus(slot)
    bus.load()
    bus.wait(State="ready", Models=["tiny"])
    return slot, bus


FLEETING = ("MemoryCurrent", "CPUUsageNSec", "TokensPerSecond", "RequestsDeferred", "KvCacheUsage")


def lasting(bus):
    """The properties that do not depend on how long hal0d has been watching."""
    return {name: value for name, value in bus.all().items() if name not in FLEETING + ("LastUsedAt",)}


def traces(slot):
    """Temporary files, and a trial, that a killed hal0d left."""
    return slot.machine.shell(f"find /etc/hal0 /var/lib/hal0 /run/hal0 -name '.*' ! -name .updated; find {TRIALS} -name {slot.name}").stdout.split()


@pytest.mark.parametrize("end", ["kill", "restart", "stop"])
def test_a_running_slot_does_not_notice(machine, ready, end):
    slot, bus = ready
    container, before, pid = slot.container_id(), lasting(bus), daemon_pid(machine)
    if end == "kill":
        kill_daemon(machine)
    else:
        machine.systemctl(end, DAEMON)
    wait_until(lambda: daemon_pid(machine) != pid, "it has ended")
    assert bus.get("State") == "ready", "the first answer is right already"
    bus.wait(Models=["tiny"], timeout=10)
    after = lasting(bus)
    # It says when the unit became active, and said when it heard of it.
    assert abs(after.pop("StateChangedAt") - before.pop("StateChangedAt")) < 1_000_000
    assert after == before
    assert slot.container_id() == container
    assert slot.health() == 200


def test_no_request_to_a_slot_fails(machine, ready):
    slot, bus = ready
    script = 'failed=0; for i in $(seq 200); do curl --silent --fail --max-time 5 "http://127.0.0.1:$1/health" >/dev/null || failed=$((failed + 1)); done; echo $failed'
    asking = machine.popen("bash", "-c", script, "-", slot.port, stdout=-1)
    for _ in range(3):
        kill_daemon(machine)
        bus.get("State")
        time.sleep(0.5)
    assert asking.communicate(timeout=60)[0].strip() == "0"


def test_in_the_middle_of_a_load(machine, make_slot):
    slot = make_slot("loading=3", model=TINY)
    bus = on_bus(slot)
    bus.load()
    bus.wait(State="warming")
    kill_daemon(machine)
    bus.wait(State="ready", Loaded=True)
    assert traces(slot) == []


def test_what_happened_without_it_is_known(machine, make_slot, ready):
    """Stopped, started, edited, created and removed while there is no hal0d."""
    stopped, bus = ready
    started, edited, removed, created = make_slot(model=TINY), make_slot(model=TINY), make_slot(), make_slot.unwritten()
    wait_until(on_bus(removed).exists, "all are there")
    machine.systemctl("mask", "--runtime", DAEMON)  # no activation either
    try:
        machine.systemctl("stop", DAEMON)
        stopped.stop()
        started.start()
        edited.configure(model={"default": "tiny", "context_size": 512})
        machine.remove(removed.file)
        created.configure(model=TINY)
    finally:
        machine.systemctl("unmask", "--runtime", DAEMON)
    objects = Manager(machine).objects()
    shown = {path: interfaces["dev.hal0.Slots1.Slot"] for path, interfaces in objects.items() if "dev.hal0.Slots1.Slot" in interfaces}
    assert shown[bus.path]["State"] == "offline"
    assert shown[on_bus(started).path]["State"] == "ready"
    assert shown[on_bus(edited).path]["ContextSize"] == 512
    assert shown[on_bus(created).path]["State"] == "offline"
    assert on_bus(removed).path not in shown


@pytest.mark.parametrize("delay_ms", [0, 20, 60, 120, 300, 1200])
def test_in_the_middle_of_a_swap(machine, make_slot, ready, add_model, delay_ms):
    """The slot ends on one of the two models, and says which; its file is the one or the other; the next start is no surprise."""
    add_model("second", "/mnt/ai-models/tiny.gguf")
    bystander, _ = ready
    container = bystander.container_id()
    slot = make_slot("loading=0.5", model=TINY)
    bus = on_bus(slot)
    bus.load()
    bus.wait(State="ready", Model="tiny")
    slot.configure("loading=0.5", model=TINY, idle_timeout_s=delay_ms + 10_000, reload=False)  # so there is a daemon-reload in the way
    machine.shell(f"""busctl call dev.hal0.Slots1 {bus.path} dev.hal0.Slots1.Slot Swap 'sa{{sv}}' second 0 >/dev/null 2>&1 & sleep {delay_ms / 1000}
        {KILL_DAEMON}
        wait || true""")
    bus.get("State")
    wait_until(lambda: slot.get("Job") == "" and slot.state == "active" and bus.state in ("ready", "idle"), f"it settles; {bus.state}")
    shown = bus.all()
    assert shown["Model"] in ("tiny", "second")
    assert shown["DefaultModel"] in ("tiny", "second")
    assert bus.config() == machine.read(slot.file)
    assert traces(slot) == []
    slot.machine.systemctl("restart", slot.unit)
    bus.wait(State="ready", Model=shown["DefaultModel"])
    assert bystander.container_id() == container


def test_in_the_middle_of_edits(machine, make_slot, ready):
    """Killed at any moment, it leaves a whole file: as before or as after, and nothing beside it."""
    bystander, _ = ready
    container = bystander.container_id()
    slot = make_slot.unwritten()
    filler = "".join(f"# line {number} of what the user wrote\n" for number in range(500))
    slot.write(f'idle_timeout_s = 0\nport = {slot.port}\nprofile = "fault"\n{filler}')
    bus = on_bus(slot)
    wait_until(bus.exists, "the object")
    end = threading.Event()
    accepted, broken = [], []

    def edit():
        number = 0
        while not end.is_set():
            number += 1
            try:
                bus.update({"idle_timeout_s": number})
                accepted.append(number)
            except Refused as refused:
                if refused.kind not in GONE:
                    broken.append(refused)
    editor = threading.Thread(target=edit)
    editor.start()
    try:
        for _ in range(8):
            time.sleep(0.4)
            kill_daemon(machine)
            text = machine.read(slot.file)
            assert text.endswith(filler) and text.startswith("idle_timeout_s = "), text[:200]
    finally:
        end.set()
        editor.join(timeout=90)
    assert broken == []
    assert accepted, "some edits got through"
    value = bus.get("IdleTimeout")
    assert value >= accepted[-1], "what was confirmed is not lost"
    assert machine.read(slot.file).startswith(f"idle_timeout_s = {value}\n")
    assert traces(slot) == []
    assert bystander.container_id() == container


def test_in_the_middle_of_creates(machine, make_slot):
    """Each slot is there as a whole or not at all."""
    slots = [make_slot.unwritten() for _ in range(6)]
    script = "".join(f"""busctl call dev.hal0.Slots1 /dev/hal0/Slots1 dev.hal0.Slots1.Manager CreateSlot 'sa{{sv}}' {slot.name} 3 port x {slot.port} \
        profile s fault device s cpu >/dev/null 2>&1 &\n""" for slot in slots)
    Manager(machine).objects()
    machine.shell(script + f"sleep 0.1\n{KILL_DAEMON}\nwait || true")
    objects = Manager(machine).objects()
    for slot in slots:
        assert traces(slot) == []
        if machine.exists(slot.file):
            assert machine.read(slot.file).count("\n") >= 3
            assert on_bus(slot).path in objects
            assert on_bus(slot).state == "offline"
        else:
            assert on_bus(slot).path not in objects


def test_in_the_middle_of_a_delete(machine, make_slot):
    """A slot that ignores SIGTERM takes 4 s to stop: killed in between, hal0d leaves a slot that can be deleted again."""
    slot = make_slot("ignore-sigterm", model=TINY, timeouts={"stop_s": 4})
    bus = on_bus(slot)
    bus.load()
    bus.wait(State="ready")
    bus.delete()
    wait_until(lambda: slot.state == "deactivating", "it stops")
    kill_daemon(machine)
    slot.wait(ActiveState="inactive")
    if bus.exists():
        assert machine.exists(slot.file)
        bus.wait(State="offline", Loaded=False)
        bus.delete()
        wait_until(lambda: not bus.exists(), "it is deleted")
    assert not machine.exists(slot.file)
    assert slot.left_behind() == {}


def test_clients_see_it_come_back(machine, ready):
    """The name is lost and found; what clients that follow ask then is answered, and signals go on."""
    slot, bus = ready
    with Follow(machine) as seen:
        kill_daemon(machine)
        wait_until(lambda: bus.state == "ready", "it is back")
        bus.update({"idle_timeout_s": 4321})
        seen.until_changed(bus, 0, IdleTimeout=4321)
        assert seen.states(bus) == [], "its absence is no change of the slot's state"


def test_sigterm_ends_it_cleanly(machine, ready):
    machine.systemctl("stop", DAEMON)
    assert machine.show(DAEMON, "Result", "ExecMainStatus") == {"Result": "success", "ExecMainStatus": "0"}
    busctl_call(machine, "/dev/hal0/Slots1", "org.freedesktop.DBus.Peer", "Ping")
    assert machine.show_one(DAEMON, "ActiveState") == "active", "whoever asks starts it"


def test_a_dbus_reload_is_no_problem(machine, ready):
    slot, bus = ready
    machine.systemctl("reload", "dbus")
    assert bus.state == "ready"


def test_a_second_one_does_not_take_the_name(machine, ready):
    slot, bus = ready
    pid = daemon_pid(machine)
    second = machine.run("setpriv", "--reuid=hal0", "--regid=hal0", "--init-groups", "timeout", "10",
                         machine.program(DAEMON), check=False)
    assert second.returncode not in (0, 124), "it ends by itself, with an error"
    assert second.stderr.strip(), "and says why"
    assert daemon_pid(machine) == pid
    assert bus.state == "ready"
