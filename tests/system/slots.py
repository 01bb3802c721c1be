"""A slot under test, and the factory that makes slots and removes them again."""

import itertools
import json

from machine import wait_until

FOLDER = "/etc/hal0/slots"
_numbers = itertools.count(1)


def toml(keys):
    """Scalars become top-level keys, dictionaries tables. JSON's strings, numbers and booleans are TOML's, too."""
    top = [f"{key} = {json.dumps(value)}" for key, value in keys.items() if not isinstance(value, dict)]
    for name, table in keys.items():
        if isinstance(table, dict):
            top += [f"\n[{name}]"] + [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    return "\n".join(top) + "\n"


class Slot:
    def __init__(self, machine, number):
        self.machine = machine
        self.name = f"sys-{number}"
        self.port = 9100 + number
        self.unit = f"hal0-slot@{self.name}.service"
        self.pull_unit = f"hal0-slot-pull@{self.name}.service"
        self.container = f"hal0-slot-{self.name}"
        self.file = f"{FOLDER}/{self.name}.toml"
        self.marker = f"/etc/hal0/loaded/{self.name}"
        self.cursor = machine.cursor()

    # --- configuration ---

    def configure(self, fault=None, profile="fault", reload=True, **keys):
        """Writes the slot's TOML. `fault` goes to the stand-in server (tests/machine/fault-server.cpp)."""
        if fault:
            keys["server"] = {"extra_args": f"--fault {fault}"}
        self.write(toml({"port": self.port, "profile": profile, "device": "cpu", **keys}), reload)

    def write(self, text, reload=True):
        self.machine.write(self.file, text)
        if reload:
            self.machine.reload()

    # --- actions ---

    def start(self, check=True, timeout=60):
        answer = self.machine.systemctl("start", self.unit, check=False, timeout=timeout)
        assert not check or answer.returncode == 0, f"{answer.stderr}{self.status()}\n{self.log()}"
        return answer

    def start_in_background(self):
        self.machine.systemctl("start", "--no-block", self.unit)

    def stop(self):
        self.machine.systemctl("stop", self.unit)

    # --- what systemd, podman and the server say ---

    def show(self, *names):
        return self.machine.show(self.unit, *names)

    def get(self, name):
        return self.machine.show_one(self.unit, name)

    @property
    def state(self):
        return self.get("ActiveState")

    @property
    def status_text(self):
        return self.get("StatusText")

    def status(self):
        """What `systemctl status` prints."""
        answer = self.machine.systemctl("status", "--no-pager", "--full", self.unit, check=False)
        return answer.stdout + answer.stderr

    def wait(self, what=None, timeout=20, **wanted):
        """Waits until the unit's properties are as wanted."""
        def reached():
            shown = self.show(*wanted)
            return all(shown[name] == value for name, value in wanted.items()) and shown
        return wait_until(reached, what or f"{self.unit} with {wanted}; it has {self.show('StatusText', *wanted)}", timeout)

    def journal(self):
        return self.machine.journal(self.unit, self.cursor)

    def log(self):
        return "\n".join(str(entry.get("MESSAGE")) for entry in self.journal())

    def times(self, part):
        """When the journal said this, in seconds of the monotonic clock."""
        return [entry["at"] for entry in self.journal() if part in str(entry.get("MESSAGE"))]

    def health(self, patience=5):
        return self.machine.http(self.port, patience=patience)[0]

    def complete(self):
        """(status, answer) of a short completion."""
        return self.machine.http(self.port, "/completion", {"prompt": "The slot", "n_predict": 4}, patience=20)

    def container_id(self):
        """Empty without a container, also a stopped one."""
        return self.machine.output("podman", "ps", "--all", "--quiet", "--no-trunc", "--filter", f"name=^{self.container}$")

    def processes(self, program):
        """Process ids with this command name below the unit's cgroup."""
        find = 'for p in $(find "/sys/fs/cgroup$1" -name cgroup.procs -exec cat {} + 2>/dev/null); do ' \
               '[[ $(cat /proc/$p/comm 2>/dev/null) == "$2" ]] && echo $p; done || true'
        group = self.get("ControlGroup")
        return [int(pid) for pid in self.machine.shell(find, group, program).stdout.split()] if group else []

    def server_processes(self):
        """Process ids of servers with this slot's port, wherever they are. (conmon's command line has no port.)"""
        answer = self.machine.run("pgrep", "--full", "--", f"--port {self.port}( |$)", check=False)
        assert answer.returncode in (0, 1), answer.stderr
        return answer.stdout.split()

    def left_behind(self):
        """What a stop must not leave; empty if all is well."""
        found = {"container": self.container_id(), "listeners": self.machine.listeners(self.port),
                 "runtime folder": self.machine.exists(f"/run/hal0/slot/{self.name}"),
                 "server": self.server_processes()}
        return {what: value for what, value in found.items() if value}


class SlotFactory:
    """Calling it makes a slot; remove() ends and forgets all that it made."""

    def __init__(self, machine):
        self.machine = machine
        self.made = []

    def __call__(self, fault=None, profile="fault", reload=True, **keys):
        slot = self.unwritten()
        slot.configure(fault, profile, reload, **keys)
        return slot

    def unwritten(self):
        """A slot that has a name and a port, and no TOML."""
        slot = Slot(self.machine, next(_numbers))
        self.made.append(slot)
        return slot

    def remove(self):
        if not self.made:
            return
        units = [unit for slot in self.made for unit in (slot.unit, slot.pull_unit)]
        self.machine.systemctl("stop", *units, check=False, timeout=120)
        self.machine.systemctl("reset-failed", *units, check=False)
        self.machine.remove(*(path for slot in self.made for path in (
            slot.file, slot.marker, f"/etc/systemd/system/{slot.unit}.d", f"/run/systemd/system/{slot.unit}.d")))
        self.machine.run("podman", "rm", "--force", "--ignore", "--time=0", *(slot.container for slot in self.made))
        self.made.clear()
        self.machine.reload()
