"""Whoever changes something, with whatever tool: the bus shows it, pushed, within a second."""

import pytest

from hal0_bus import SOON_S, TINY, Follow, Manager, on_bus, moment
from machine import wait_until

BURST = 5  # StartLimitBurst= of the unit


@pytest.fixture
def seen(machine):
    with Follow(machine) as signals:
        yield signals


@pytest.fixture
def ready(make_slot):
    """A slot that systemctl started, and its object."""
    slot = make_slot(model=TINY)
    slot.start()
    bus = on_bus(slot)
    bus.wait(State="ready")
    return slot, bus


# --- systemctl and podman ---------------------------------------------------------------------------------

def test_systemctl_start(machine, make_slot, seen):
    slot = make_slot(model=TINY)
    bus = on_bus(slot)
    assert bus.state == "offline"
    began = moment(machine, f"systemctl start {slot.unit}\ntrue")
    assert seen.until_changed(bus, 0, State="ready") and seen.changes(bus, "State")[-1][0] - began < SOON_S
    assert bus.all().items() >= {"State": "ready", "Loaded": False, "Model": "tiny", "StateMessage": f"answers on 127.0.0.1:{slot.port}"}.items()
    wait_until(lambda: seen.states(bus)[-1:] == ["ready"], "StateChanged")


def test_a_stop_that_a_server_ignores(machine, make_slot, seen):
    """It ends in SIGKILL, at the unit's timeout if that comes first: for whoever asked for it, a stop all the same."""
    slot = make_slot("ignore-sigterm", timeouts={"stop_s": 1}, model=TINY)
    bus = on_bus(slot)
    assert bus.state == "offline", "hal0d runs"
    for _ in range(3):
        slot.start()
        wait_until(lambda: seen.states(bus)[-1:] == ["ready"], "ready")
        slot.stop()
        wait_until(lambda: seen.states(bus)[-1:] == ["offline"], "offline")
    assert "error" not in seen.states(bus), seen.states(bus)


def test_systemctl_stop(machine, ready, seen):
    slot, bus = ready
    ended = moment(machine, f"systemctl stop {slot.unit}\ntrue")
    wait_until(lambda: seen.states(bus)[-1:] == ["offline"], "StateChanged")
    assert seen.changes(bus, "State")[-1][0] - ended < SOON_S
    assert seen.states(bus) == ["unloading", "offline"]
    assert bus.state == "offline"


@pytest.mark.parametrize("how", ["systemctl kill --signal=KILL {unit}", "podman kill {container}", "kill -KILL $(pgrep --full -- '--port {port}( |$)')"])
def test_a_container_that_is_killed_and_restarted(machine, ready, seen, how):
    """error, with a reason, and then again ready: the automatic restart is seen, too."""
    slot, bus = ready
    at = moment(machine, how.format(unit=slot.unit, container=slot.container, port=slot.port))
    assert seen.until_changed(bus, at, State="error") < SOON_S
    wait_until(lambda: "error" in seen.states(bus), "StateChanged, which comes behind it")
    message = next(one["values"][2] for one in seen.signals if one["member"] == "StateChanged" and one["values"][1] == "error")
    assert "(status 137, signal 9)" in message or "(signal 9)" in message, message
    seen.until_changed(bus, at, State="ready")
    shown = bus.wait(State="ready", Restarts=1)
    wait_until(lambda: seen.states(bus)[-1:] == ["ready"], "StateChanged")
    assert shown["StateMessage"] == f"answers on 127.0.0.1:{slot.port}"
    states = seen.states(bus)
    assert states[0] == "error" and states[-1] == "ready" and "offline" not in states, states


def test_a_crash_shows_the_last_error_line_of_the_log(make_slot, seen):
    slot = make_slot("exit-later=2:4", model=TINY)
    bus = on_bus(slot)
    slot.start(check=False)
    shown = bus.wait(State="error")
    # The status is systemd's, the line the server's own.
    wanted = "the model server exited with an error (status 4); it restarts automatically (1 of 5): error: fault-server was told to end with status 4"
    wait_until(lambda: any(one["member"] == "PropertiesChanged" and one["values"][1].get("StateMessage") == wanted for one in seen.signals),
               f"the line; the message is {shown['StateMessage']!r}")


def test_a_signal_is_no_crash(machine, make_slot, seen):
    """What a server that ended well said last is no reason for a start that somebody ended."""
    slot = make_slot("loading=60", model=TINY)
    bus = on_bus(slot)
    slot.start_in_background()
    bus.wait(StateMessage="warming up: the server loads its model")
    at = moment(machine, f"systemctl kill {slot.unit}")
    seen.until_changed(bus, at, State="error")
    seen.until_changed(bus, at, State="warming")
    messages = [text for _, text in seen.changes(bus, "StateMessage") if text.startswith("somebody ended it")]
    assert messages and not [text for text in messages if "listening" in text], messages


def test_the_end_of_a_crash_loop(make_slot, seen):
    """All automatic restarts used up: error to stay, and a load tries again."""
    slot = make_slot("exit-at-start=6", model=TINY)
    bus = on_bus(slot)
    bus.load()
    slot.wait("the last restart has failed", ActiveState="failed", timeout=90)
    wait_until(lambda: "with status 6" in bus.get("StateMessage"), "the last line of the log, which comes later")
    shown = bus.wait(State="error")
    assert f"after {BURST} automatic restarts" in shown["StateMessage"], shown["StateMessage"]
    bus.wait(StateMessage=f"the model server ended before it answered (status 6, after {BURST} automatic restarts): "
                          "error: fault-server was told to end with status 6")
    messages = [one["values"][1]["StateMessage"] for one in seen.signals
                if one["member"] == "PropertiesChanged" and one["path"] == bus.path and "StateMessage" in one["values"][1]]
    attempts = [text.partition(f" of {BURST})")[0][-1] if "restarts automatically" in text else "" for text in messages]
    assert [one for one in dict.fromkeys(attempts) if one] == list("12345"), messages
    assert all(one == other or not one or not other for one, other in zip(attempts, attempts[1:])), f"of the next before it began: {messages}"
    assert "offline" not in seen.states(bus)
    slot.configure(model=TINY)
    bus.load()
    bus.wait(State="ready", Restarts=0, StateMessage=f"answers on 127.0.0.1:{slot.port}")


def test_a_server_that_stops_answering(machine, ready):
    """It runs, and yet is of no use. It leaves the state when it answers again."""
    slot, bus = ready
    server = slot.processes("fault-server")[0]
    machine.run("kill", "-STOP", server)
    try:
        shown = bus.wait(State="error", timeout=30)
        assert "stopped answering" in shown["StateMessage"]
        assert slot.state == "active", "systemd's view is another one"
    finally:
        machine.run("kill", "-CONT", server)
    bus.wait(State="ready")


# --- files ------------------------------------------------------------------------------------------------

EDITS = {
    "in place": 'sed --in-place=.bak "s/= 512/= 1024/" "$1"; rm "$1.bak"',
    "written over": 'text=$(sed "s/= 512/= 1024/" "$1"); printf "%s\\n" "$text" >"$1"',
    "renamed over": 'sed "s/= 512/= 1024/" "$1" >"$(dirname "$1")/.new~"; mv "$(dirname "$1")/.new~" "$1"',
    "moved away and written": 'text=$(sed "s/= 512/= 1024/" "$1"); mv "$1" "$1~"; printf "%s\\n" "$text" >"$1"; rm "$1~"',
    "from another folder": 'sed "s/= 512/= 1024/" "$1" >/etc/new-file; mv /etc/new-file "$1"',
}


@pytest.mark.parametrize("how", EDITS)
def test_an_edit(machine, make_slot, seen, how):
    slot = make_slot(model={"default": "tiny", "context_size": 512})
    bus = on_bus(slot)
    bus.wait(ContextSize=512)
    at = moment(machine, EDITS[how] + "\ntrue", slot.file)
    seen.until_changed(bus, 0, ContextSize=1024)
    assert seen.changes(bus, "ContextSize")[-1][0] - at < SOON_S
    assert bus.get("Config")["model"]["context_size"] == 1024
    assert not [one for one in seen.signals if one["member"] in ("InterfacesRemoved", "StateChanged") and bus.path in (one["path"], *one["values"][:1])], \
        "an edit is no removal, whatever the editor does"


def test_a_new_file(machine, make_slot, seen):
    slot = make_slot.unwritten()
    bus = on_bus(slot)
    Manager(machine).objects()  # hal0d runs
    at = moment(machine, 'cat >"$1"', slot.file, text=f'port = {slot.port}\nprofile = "fault"\n')
    added = seen.until(lambda one: one["member"] == "InterfacesAdded" and one["values"][0] == bus.path, "InterfacesAdded")
    assert added["at"] - at < SOON_S
    assert added["values"][1]["dev.hal0.Slots1.Slot"]["Port"] == slot.port, "with all properties"


def test_a_removed_file(machine, make_slot, seen):
    slot = make_slot(model=TINY)
    bus = on_bus(slot)
    wait_until(bus.exists, "the object")
    at = moment(machine, f"rm {slot.file}")
    removed = seen.until(lambda one: one["member"] == "InterfacesRemoved" and one["values"][0] == bus.path, "InterfacesRemoved")
    assert removed["at"] - at < SOON_S
    assert not bus.exists()


def test_a_removed_file_of_a_running_slot(ready, machine):
    """The slot is there as long as it runs, and says what is wrong; it can still be unloaded."""
    slot, bus = ready
    machine.remove(slot.file)
    wait_until(lambda: "the file is gone" in bus.get("StateMessage"), "the message")
    assert bus.state in ("ready", "serving")
    bus.unload()
    wait_until(lambda: not bus.exists(), "and then it is gone")
    assert slot.left_behind() == {}


def test_a_broken_file(machine, make_slot, seen):
    slot, healthy = make_slot(model=TINY, reload=False), make_slot(model=TINY)
    bus = on_bus(slot)
    bus.wait(State="offline")
    at = moment(machine, f"printf 'port = [\\n' >{slot.file}")
    assert seen.until_changed(bus, at, State="error") < SOON_S
    assert f"{slot.file}:" in bus.get("StateMessage"), "it names file and line"
    problems = Manager(machine).get("Problems")
    assert [row[0] for row in problems if row[0] == slot.file]
    assert on_bus(healthy).state == "offline", "the others are as before"
    slot.configure(model=TINY)
    bus.wait(State="offline", StateMessage="")
    assert slot.file not in [row[0] for row in Manager(machine).get("Problems")]


def test_a_broken_file_of_a_running_slot(ready):
    slot, bus = ready
    slot.write("port = [\n")
    wait_until(lambda: "runs with its previous configuration" in bus.get("StateMessage"), "the message")
    assert bus.state in ("ready", "serving")
    assert slot.health() == 200


def test_a_marker_by_hand(machine, make_slot, seen):
    slot = make_slot(model=TINY)
    bus = on_bus(slot)
    wait_until(bus.exists, "the object")
    at = moment(machine, f"touch {slot.marker}")
    assert seen.until_changed(bus, at, Loaded=True) < SOON_S
    at = moment(machine, f"rm {slot.marker}")
    assert seen.until_changed(bus, at, Loaded=False) < SOON_S


def test_an_edited_profile(machine, make_slot, seen, keep_file):
    """What the profiles file says is the slots' configuration, too."""
    path = "/etc/hal0/profiles.toml"
    text = keep_file(path)
    machine.write(path, text + '\n[profile.other]\nimage = "localhost/other:1"\nprovider = "llama-server"\ndevice_class = "cpu"\n')
    slot = make_slot(model=TINY, profile="other")
    bus = on_bus(slot)
    bus.wait(Image="localhost/other:1")
    machine.write(path, machine.read(path).replace("localhost/other:1", "localhost/other:2"))
    bus.wait(Image="localhost/other:2", timeout=10)


def test_the_slots_folder_made_anew(machine, make_slot):
    """An administrator who restores /etc/hal0/slots from a backup: what happens in the new folder is noticed."""
    slot = make_slot(model=TINY)
    bus = on_bus(slot)
    wait_until(bus.exists, "the object")
    machine.shell("cp --archive /etc/hal0/slots /etc/hal0/slots.restored; mv /etc/hal0/slots /etc/hal0/slots.old; "
                  "mv /etc/hal0/slots.restored /etc/hal0/slots; rm -r /etc/hal0/slots.old")
    slot.configure(model=TINY, idle_timeout_s=1234)
    bus.wait(IdleTimeout=1234, timeout=10)


# --- systemd ----------------------------------------------------------------------------------------------

def test_daemon_reloads_are_no_news(machine, ready, seen):
    """systemd forgets and recalls all its units at each; nobody on hal0's bus may notice."""
    slot, bus = ready
    for _ in range(10):
        machine.reload()
    assert bus.state == "ready"
    assert seen.states(bus) == []
    assert seen.changes(bus, "ActiveSince") == seen.changes(bus, "Loaded") == []


def test_daemon_reloads_between_edits_are_no_news(machine, ready, seen):
    """The same while there is something to show: a reload must not be taken for the end of a slot."""
    slot, bus = ready
    machine.shell('for i in $(seq 15); do for j in $(seq 10); do touch "$1"; sleep 0.06; done & systemctl daemon-reload; wait; done', slot.file)
    assert bus.state == "ready"
    assert seen.states(bus) == []


def test_a_daemon_reexec(machine, ready, seen):
    slot, bus = ready
    machine.systemctl("daemon-reexec")
    wait_until(lambda: machine.systemctl("is-active", slot.unit, check=False).returncode == 0, "systemd is back")
    assert bus.state == "ready"
    assert seen.states(bus) == []
    at = moment(machine, f"systemctl stop {slot.unit}\ntrue")
    wait_until(lambda: seen.states(bus)[-1:] == ["offline"], "it still follows", 10)
    assert seen.changes(bus, "State")[-1][0] - at < SOON_S


def test_changes_during_daemon_reloads_are_not_lost(machine, make_slot):
    slots = [make_slot(model=TINY, reload=False) for _ in range(3)]
    machine.reload()
    reloads = machine.popen("bash", "-c", "for i in $(seq 20); do systemctl daemon-reload; done")
    try:
        for slot in slots:
            slot.start()
        slots[1].stop()
        machine.run("podman", "kill", slots[2].container)
        wait_until(lambda: (shown := slots[2].show("NRestarts", "ActiveState"))["NRestarts"] != "0" and shown["ActiveState"] == "active",
                   "its automatic restart", 60)
    finally:
        reloads.wait(timeout=120)
    on_bus(slots[0]).wait(State="ready", timeout=10)
    on_bus(slots[1]).wait(State="offline", timeout=10)
    restarts = int(slots[2].get("NRestarts"))  # systemd counts one twice that it schedules anew after a reload
    on_bus(slots[2]).wait(State="ready", Restarts=restarts, timeout=10)
