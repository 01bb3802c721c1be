"""hal0d as its clients see it: calls, properties and signals, all through busctl in the machine.

Values go in as Python's: str, bool, int, float, dict, list of str; None removes a key in Update. They come out the same way.
Nothing here keeps a connection, so hal0d can be killed between any two lines of a test."""

import json
import re
import subprocess
import threading
import time

from machine import wait_until

SERVICE = "dev.hal0.Slots1"
ROOT = "/dev/hal0/Slots1"
MANAGER, MODELS, SLOT = f"{SERVICE}.Manager", f"{SERVICE}.Models", f"{SERVICE}.Slot"
PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
DAEMON = "hal0d.service"
TRIALS = "/run/hal0/trial"
TINY = {"default": "tiny"}  # [model] of a slot; one without a model is never ready, but idle

SOON_S = 3.0   # from a change until whoever listens on the bus knows, on a busy machine, too; tests/bench/dbus says how fast it is
PATIENCE = 40  # for what takes as long as a busy machine needs


class Refused(Exception):
    """An error answer. `kind` is what stands behind dev.hal0.Slots1.Error, or the whole name of another error."""

    def __init__(self, name, message):
        self.kind = name.removeprefix(f"{SERVICE}.Error.")
        self.message = message
        super().__init__(f"{name}: {message}")


def path_of(name):
    """sd_bus_path_encode(3)"""
    encoded = re.sub("[^A-Za-z0-9]|^[0-9]", lambda byte: f"_{ord(byte[0]):02x}", name)
    return f"{ROOT}/slot/{encoded}"


# --- busctl's way to write values -------------------------------------------------------------------------

def dictionary(values):
    """An a{sv} as busctl's arguments."""
    return [len(values), *(word for key, value in values.items() for word in (key, *variant(value)))]


def variant(value):
    if value is None:
        return ["g", ""]
    if isinstance(value, dict):
        return ["a{sv}", *dictionary(value)]
    if isinstance(value, list):
        return ["as", len(value), *value]
    if isinstance(value, bool):
        return ["b", json.dumps(value)]
    return [{int: "x", float: "d", str: "s"}[type(value)], value]


def plain(signature, data):
    """busctl's JSON without the types of variants."""
    if signature == "v":
        return plain(data["type"], data["data"])
    if signature.startswith("a{"):
        return {key: plain(signature[3:-1], value) for key, value in data.items()}
    if signature.startswith("a") and signature not in ("ay",):
        return [plain(signature[1:], value) for value in data]
    return data


def arguments(payload):
    """The values of a message, by its body as JSON."""
    return [plain(signature, value) for signature, value in zip(split(payload.get("type", "")), payload.get("data", []))]


def split(signature):
    """Its complete types: "sa{sv}as" is s, a{sv} and as."""
    return re.findall(r"a*(?:\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|\((?:[^()])*\)|[a-z])", signature)


# --- calls ------------------------------------------------------------------------------------------------

def busctl_call(machine, path, interface, method, signature="", *values, user=None, service=SERVICE, timeout=60):
    """The values of the answer; Refused if it is an error. `user`: who asks, with all their groups; else root."""
    who = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
    # busctl prints an error's message; sd-bus, asked to, also its name.
    answer = machine.run("env", "SYSTEMD_LOG_LEVEL=debug", *who, "busctl", "--system", "--json=short", f"--timeout={timeout}", "call", "--", service, path,
                         interface, method, *([signature, *values] if signature else []), check=False, timeout=timeout + 20)
    if answer.returncode == 0:
        return arguments(json.loads(answer.stdout)) if answer.stdout.strip() else []
    message = re.search(r"^Call failed: (.*)", answer.stderr, re.MULTILINE)
    names = re.findall(r"error-name=(\S+)", answer.stderr)
    assert message and names, answer.stderr
    raise Refused(names[-1], message[1])


class Manager:
    def __init__(self, machine, user=None):
        self.machine = machine
        self.user = user

    def call(self, interface, method, *values):
        return busctl_call(self.machine, ROOT, interface, method, *values, user=self.user)

    def create(self, name, config):
        """The new slot's object path."""
        return self.call(MANAGER, "CreateSlot", "sa{sv}", name, *dictionary(config))[0]

    def reload(self):
        self.call(MANAGER, "Reload")

    def get(self, name):
        return self.call(PROPERTIES, "Get", "ss", MANAGER, name)[0]

    def objects(self):
        """GetManagedObjects: path → interface → properties."""
        return self.call(OBJECT_MANAGER, "GetManagedObjects")[0]

    def models(self):
        return {row["id"]: row for row in self.call(MODELS, "List")[0]}

    def add_model(self, model, properties):
        self.call(MODELS, "Add", "sa{sv}", model, *dictionary(properties))

    def remove_model(self, model):
        self.call(MODELS, "Remove", "s", model)


class SlotOnBus:
    """The object of one slot."""

    def __init__(self, machine, name, user=None):
        self.machine = machine
        self.name = name
        self.path = path_of(name)
        self.user = user

    def call(self, interface, method, *values):
        return busctl_call(self.machine, self.path, interface, method, *values, user=self.user)

    def act(self, method, options=None):
        self.call(SLOT, method, "a{sv}", *dictionary(options or {}))

    def load(self, model=None):
        self.act("Load", {"model": model} if model else {})

    def unload(self):
        self.act("Unload")

    def restart(self):
        self.act("Restart")

    def swap(self, model, **options):
        self.call(SLOT, "Swap", "sa{sv}", model, *dictionary(options))

    def update(self, changes):
        self.act("Update", changes)

    def delete(self):
        self.act("Delete")

    def config(self):
        return self.call(SLOT, "GetConfig")[0]

    def set_config(self, toml, **options):
        self.call(SLOT, "SetConfig", "sa{sv}", toml, *dictionary(options))

    def command(self):
        return [tuple(word) for word in self.call(SLOT, "GetCommand")[0]]

    def all(self):
        """All properties."""
        return self.call(PROPERTIES, "GetAll", "s", SLOT)[0]

    def get(self, name):
        return self.call(PROPERTIES, "Get", "ss", SLOT, name)[0]

    @property
    def state(self):
        return self.get("State")

    def exists(self):
        try:
            self.get("Name")
        except Refused as refused:
            assert refused.kind == "org.freedesktop.DBus.Error.UnknownObject", refused
            return False
        return True

    def wait(self, timeout=PATIENCE, **wanted):
        """Waits until these properties are so, and returns all of them."""
        last = {}

        def reached():
            last.update(self.all())
            return all(last[name] == value for name, value in wanted.items()) and dict(last)
        try:
            return wait_until(reached, "", timeout)
        except AssertionError:
            shown = {name: last.get(name) for name in ("State", "StateMessage", *wanted)}
            raise AssertionError(f"not within {timeout:g} s: {self.name} with {wanted}; it has {shown}") from None


def on_bus(slot, user=None):
    return SlotOnBus(slot.machine, slot.name, user)


# --- signals ----------------------------------------------------------------------------------------------

class Follow:
    """What hal0d and systemd broadcast from now on: `with Follow(machine) as seen`. Each signal is a dictionary with at (seconds
    since 1970), path, interface, member and values. It goes on when hal0d ends and comes back."""

    def __init__(self, machine):
        self.machine = machine
        self.signals = []

    def __enter__(self):
        # It ends with its stdin: killing the way into the machine would leave the monitor there.
        self._process = self.machine.popen("bash", "-c", f"""busctl --system --json=short monitor --match "type='signal',path_namespace='{ROOT}'" & cat
            kill $!""", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        # The first line only says that the monitor is one; what comes before it would be missed.
        wait_until(lambda: self._probe(), "the monitor hears signals", PATIENCE)
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._reader.join(timeout=10)

    def _probe(self):
        self.machine.run("busctl", "--system", "emit", f"{ROOT}/monitor", "dev.hal0.Test", "Ready")
        return any(one["member"] == "Ready" for one in self.signals) or time.sleep(0.1)

    def _read(self):
        for line in self._process.stdout:
            at = time.time()
            message = json.loads(line)
            if message.get("type") == "signal":
                self.signals.append({"at": at, "path": message["path"], "interface": message["interface"], "member": message["member"],
                                     "values": arguments(message["payload"])})

    def until(self, condition, what, timeout=PATIENCE):
        """Waits for a signal, from the beginning on, for which condition(signal) is true, and returns it."""
        return wait_until(lambda: next((one for one in list(self.signals) if condition(one)), None), what, timeout)

    def changes(self, slot, name):
        """The values that a slot's property took, as (at, value)."""
        return [(one["at"], one["values"][1][name]) for one in list(self.signals)
                if one["member"] == "PropertiesChanged" and one["path"] == slot.path and name in one["values"][1]]

    def until_changed(self, slot, since, timeout=PATIENCE, **wanted):
        """Waits until a signal after the time `since` gave the property (one) this value, and returns how long after `since`."""
        (name, value), = wanted.items()
        found = wait_until(lambda: next(((at, said) for at, said in self.changes(slot, name) if at >= since and said == value), None),
                           f"{slot.name}: PropertiesChanged with {wanted}; it said {[said for _, said in self.changes(slot, name)]}", timeout)
        return found[0] - since

    def states(self, slot):
        """The states that StateChanged told of, in order."""
        return [one["values"][1] for one in list(self.signals) if one["member"] == "StateChanged" and one["path"] == slot.path]


def moment(machine, script, *values, **options):
    """Runs a bash script in the machine and returns the moment right before its last line, in seconds since 1970."""
    *before, last = script.strip().splitlines()
    said = machine.shell("\n".join([*before, "at=$EPOCHREALTIME", last, "echo $at"]), *values, **options)
    return float(said.stdout.splitlines()[-1])


# --- the daemon -------------------------------------------------------------------------------------------

# In bash: as a crash would end it. The bus knows that it is gone when this is over, so that the next call goes to another one.
KILL_DAEMON = f"""
    ask_bus() {{ busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus "$@" 2>/dev/null; }}
    owner=$(ask_bus GetNameOwner s {SERVICE} | cut -d '"' -f 2)
    systemctl kill --kill-whom=main --signal=KILL {DAEMON} || owner=
    until [[ -z $owner || $(ask_bus NameHasOwner s "$owner") == 'b false' ]]; do sleep 0.01; done
    """


def kill_daemon(machine):
    machine.shell(KILL_DAEMON)


def daemon_pid(machine):
    return int(machine.show_one(DAEMON, "MainPID"))
