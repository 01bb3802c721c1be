"""Many changes at once, by everybody: afterwards systemd, the bus and a hal0d that has seen nothing of it say the same.

HAL0_RANDOM_OPERATIONS: how many (60); HAL0_RANDOM_SEED: repeats a run. tests/run always sets one."""

import json
import os
import random
import tomllib
from concurrent.futures import ThreadPoolExecutor

from hal0_bus import DAEMON, TRIALS, Manager, Refused, kill_daemon, on_bus
from machine import wait_until

OPERATIONS = int(os.environ.get("HAL0_RANDOM_OPERATIONS", "60"))
SLOTS = 5
BURST = 10
SETTLED_S = 120  # the automatic restarts of a slot that is killed again and again take 36 s
MODELS = ("tiny", "second")
LASTING = ("State", "Loaded", "Model", "DefaultModel", "Enabled", "Port", "ContextSize", "NeedsRestart", "Drift", "Restarts", "ActiveSince", "RunningImage",
           "Config", "ExclusiveGroup")


# What can go wrong when others interfere. Anything else is a bug.
EXPECTED = {"Busy", "Disabled", "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.ServiceUnknown",
            "org.freedesktop.DBus.Error.NameHasNoOwner", "org.freedesktop.DBus.Error.TimedOut"}


class Chaos:
    def __init__(self, machine, slots, dice):
        self.machine, self.slots, self.dice = machine, slots, dice
        self.log, self.bugs = [], []

    def pick(self):
        """An operation, decided now and done when it is called."""
        slot = self.dice.choice(self.slots)
        what = self.dice.choices(list(self.ways), [weight for weight, _ in self.ways.values()])[0]
        self.log.append(f"{slot.name}: {what}")
        do = self.ways[what][1]
        number = self.dice.randrange(1000)
        return lambda: self.shielded(what, lambda: do(self, slot, number))

    def shielded(self, what, do):
        try:
            do()
        except Refused as refused:
            # An editor that writes in place empties the file first, and that is what somebody else may read.
            is_half_written = refused.kind == "InvalidConfig" and "port: is missing" in str(refused)
            if refused.kind not in EXPECTED and not is_half_written:
                self.bugs.append(f"{what}: {refused}")

    def systemctl(self, *arguments):
        self.machine.systemctl(*arguments, check=False, timeout=120)

    def edit(self, slot, number, command):
        # Of a file that is there: an editor's sed on one that is being replaced may miss, and that is its own affair.
        self.machine.run("bash", "-c", command, "-", slot.file, number, check=False)

    ways = {
        "systemctl start": (2, lambda my, slot, _: my.systemctl("start", slot.unit)),
        "systemctl stop": (2, lambda my, slot, _: my.systemctl("stop", slot.unit)),
        "systemctl restart": (2, lambda my, slot, _: my.systemctl("restart", slot.unit)),
        "daemon-reload": (1, lambda my, slot, _: my.systemctl("daemon-reload")),
        "Load": (4, lambda my, slot, _: on_bus(slot).load()),
        "Load with a model": (2, lambda my, slot, number: on_bus(slot).load(MODELS[number % 2])),
        "Unload": (3, lambda my, slot, _: on_bus(slot).unload()),
        "Restart": (3, lambda my, slot, _: on_bus(slot).restart()),
        "Swap": (3, lambda my, slot, number: on_bus(slot).swap(MODELS[number % 2])),
        "Swap for now": (2, lambda my, slot, number: on_bus(slot).swap(MODELS[number % 2], persist=False)),
        "Update": (4, lambda my, slot, number: on_bus(slot).update({"idle_timeout_s": 100_000 + number, "model": {"context_size": 512 + number}})),
        "Update removes": (1, lambda my, slot, _: on_bus(slot).update({"idle_timeout_s": None})),
        "edit in place": (2, lambda my, slot, number: my.edit(slot, number, 'text=$(sed "s/^context_size = .*/context_size = $((1000 + $2))/" "$1") && printf "%s\\n" "$text" >"$1"')),
        "edit by renaming": (2, lambda my, slot, number: my.edit(slot, number, 'sed --in-place "s/^context_size = .*/context_size = $((2000 + $2))/" "$1"')),
        "hal0d killed": (2, lambda my, slot, _: kill_daemon(my.machine)),
        "container killed": (2, lambda my, slot, _: my.machine.run("podman", "kill", slot.container, check=False)),
        "server killed": (2, lambda my, slot, _: my.machine.run("pkill", "-KILL", "--full", "--", f"--port {slot.port}( |$)", check=False)),
    }


def units(machine, slots):
    """Of each slot: ActiveState, SubState, NRestarts and Job."""
    return {slot.name: slot.show("ActiveState", "SubState", "NRestarts", "Job", "ActiveEnterTimestamp") for slot in slots}


def settled(machine, slots):
    """No job, and no unit between two states."""
    now = units(machine, slots)
    return all(unit["Job"] in ("", "0") and unit["ActiveState"] in ("active", "inactive", "failed") for unit in now.values()) and now


def shown(slots):
    return {slot.name: {name: value for name, value in on_bus(slot).all().items() if name in LASTING} for slot in slots}


def agree(unit, properties):
    """What a slot's State may be, by its unit."""
    fits = {"active": ("ready", "serving", "idle"), "inactive": ("offline",), "failed": ("error",)}[unit["ActiveState"]]
    return properties["State"] in fits and properties["Restarts"] == int(unit["NRestarts"])


def assert_truth(machine, slots, chaos):
    story = "\n".join(chaos.log[-3 * BURST:])
    now = wait_until(lambda: settled(machine, slots), f"all units settle: {units(machine, slots)}\n{story}", SETTLED_S)
    # Signals are on their way for a moment, and a swap's way back may begin only now.
    wait_until(lambda: (now := settled(machine, slots)) and all(agree(now[name], properties) for name, properties in shown(slots).items()),
               f"the bus says what systemd says: {units(machine, slots)} {shown(slots)}\n{story}", 30)
    known = shown(slots)
    kill_daemon(machine)
    wait_until(lambda: shown(slots) == known or differences(known, shown(slots)) == {}, f"a fresh hal0d says the same:\n{differences(known, shown(slots))}\n{story}", 20)
    for slot in slots:
        text = machine.read(slot.file)
        assert json.loads(json.dumps(known[slot.name]["Config"])) == tomllib.loads(text), slot.name
        assert text.startswith("# written by a user\n"), text
        assert known[slot.name]["Loaded"] == machine.exists(slot.marker), slot.name
        running = known[slot.name]["State"] in ("ready", "idle", "serving")
        if running:
            assert slot.health() == 200, f"{slot.name}\n{story}"
            command = machine.output("podman", "inspect", "--format", "{{.Config.Cmd}}", slot.container).split()
            assert command[command.index("--alias") + 1] == known[slot.name]["Model"], f"{slot.name}: {command}\n{story}"
        else:
            assert slot.left_behind() == {}, f"{slot.name}\n{story}"
            assert known[slot.name]["Model"] == known[slot.name]["DefaultModel"]
    assert machine.shell(f"find {TRIALS} $(printf -- '-name %s -o ' {' '.join(slot.name for slot in slots)}) -false; find /etc/hal0 /var/lib/hal0 -name '.*' ! -name .updated").stdout == "", story
    assert not chaos.bugs, chaos.bugs


def crashes(machine, cursor):
    """How hal0d ended since then, but for the ends that this test made."""
    ends = [str(entry.get("MESSAGE")) for entry in machine.journal(DAEMON, cursor)]
    return [text for text in ends if "Main process exited" in text and "status=9/KILL" not in text]


def differences(before, after):
    return {f"{slot}.{name}": (value, after[slot][name]) for slot, properties in before.items() for name, value in properties.items()
            if after[slot][name] != value}


def test_everybody_at_once(machine, make_slot, add_model):
    seed = int(os.environ.get("HAL0_RANDOM_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"HAL0_RANDOM_SEED={seed} HAL0_RANDOM_OPERATIONS={OPERATIONS}")
    add_model("second", "/mnt/ai-models/tiny.gguf")
    slots = [make_slot.unwritten() for _ in range(SLOTS)]
    for slot in slots:
        slot.write(f'# written by a user\nport = {slot.port}\nprofile = "fault"\ndevice = "cpu"\n\n[model]\ndefault = "tiny"  # for now\ncontext_size = 512\n\n'
                   '[server]\nextra_args = "--fault loading=0.3"\n', reload=False)
    Manager(machine).reload()
    chaos = Chaos(machine, slots, random.Random(seed))
    cursor = machine.cursor()
    for done in range(0, OPERATIONS, BURST):
        burst = [chaos.pick() for _ in range(min(BURST, OPERATIONS - done))]
        with ThreadPoolExecutor(3) as some:
            list(some.map(lambda do: do(), burst))
        try:
            assert crashes(machine, cursor) == [], "\n".join(chaos.log[-BURST:])
            assert_truth(machine, slots, chaos)
        except AssertionError as wrong:
            raise AssertionError(f"seed {seed}, after {done + len(burst)} operations: {wrong}") from None
    for slot in slots:
        on_bus(slot).delete()
    for slot in slots:
        wait_until(lambda: not on_bus(slot).exists(), f"{slot.name} is deleted")
        assert slot.left_behind() == {}
        assert not machine.exists(slot.file) and not machine.exists(slot.marker)
    assert crashes(machine, cursor) == []
