"""The test machine as the tests see it: commands, files, systemd's view of a unit, the journal.

Everything goes through tests/machine/exec (commands that are waited for, once and for all: see way_in.py). The machine shares the kernel's monotonic clock with the tests, so
time.monotonic() here, timestamps of its journal and those of its systemd can be compared."""

import json
import os
import subprocess
import time
from pathlib import Path

from way_in import WayIn

SCRIPTS = Path(__file__).resolve().parents[1] / "machine"
FILES = Path(os.environ.get("HAL0_MACHINE_DIR", "/var/tmp/hal0-machine")) / os.environ.get("HAL0_MACHINE", "hal0")


# How soon happens what waits for no timeout, on a busy machine, too. How fast it is in truth is for tests/bench to say.
AT_ONCE_S = 5


def wait_until(condition, what, timeout=20.0):
    """Polls until condition() is true and returns what it gave; fails with `what` after the timeout."""
    deadline = time.monotonic() + timeout
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {timeout:g} s: {what}"
        time.sleep(0.05)


def lacks(what):
    """True if tests/machine/up could not get `what` (llama-server, docker-registry) and left a note saying so."""
    return (FILES / f"no-{what}").exists()


class Machine:
    def __init__(self):
        self._way_in = WayIn(SCRIPTS / "exec")

    def close(self):
        self._way_in.close()

    def run(self, *command, check=True, text=None, timeout=60):
        """Runs a command in the machine; `text` is its stdin."""
        result = self._way_in.run([*map(str, command)], text, timeout)
        if check and result.returncode != 0:
            raise AssertionError(f"{command} ended with {result.returncode}:\n{result.stdout}{result.stderr}")
        return result

    def output(self, *command, **options):
        return self.run(*command, **options).stdout.strip()

    def shell(self, script, *arguments, **options):
        """Runs a bash script; its arguments are $1, $2, …"""
        return self.run("bash", "-euc", script, "-", *arguments, **options)

    def popen(self, *command, **options):
        return subprocess.Popen([SCRIPTS / "exec", *map(str, command)], text=True, **options)

    def reboot(self):
        self._way_in.close()
        subprocess.run([SCRIPTS / "reboot"], check=True, stdin=subprocess.DEVNULL, timeout=180)
        self._way_in = WayIn(SCRIPTS / "exec")

    # --- files ---

    def write(self, path, text):
        self.shell('mkdir -p "$(dirname "$1")"; cat >"$1"', path, text=text)

    def read(self, path):
        return self.run("cat", path).stdout

    def remove(self, *paths):
        self.run("rm", "-rf", "--", *paths)

    def exists(self, path):
        return self.run("test", "-e", path, check=False).returncode == 0

    # --- systemd ---

    def systemctl(self, *arguments, **options):
        return self.run("systemctl", *arguments, **options)

    def reload(self):
        self.systemctl("daemon-reload")

    def show(self, unit, *properties):
        """The unit's properties as a dictionary of strings."""
        answer = self.output("systemctl", "show", unit, f"--property={','.join(properties)}")
        return dict(line.split("=", 1) for line in answer.splitlines())

    def show_one(self, unit, name):
        return self.show(unit, name)[name]

    def program(self, unit):
        """The path of what a service runs."""
        return self.show_one(unit, "ExecStart").partition("path=")[2].split(" ")[0]

    def cursor(self):
        """The journal's end, to read from later."""
        self.run("journalctl", "--sync")
        return self.output("journalctl", "--lines=0", "--show-cursor").rpartition("-- cursor: ")[2]

    def journal(self, unit, cursor):
        """The unit's entries after the cursor, in order; `at` is their time in seconds of the monotonic clock."""
        self.run("journalctl", "--sync")
        lines = self.run("journalctl", "--output=json", "--all", f"--unit={unit}", f"--after-cursor={cursor}").stdout.splitlines()
        entries = [json.loads(line) for line in lines]
        return [dict(entry, at=int(entry["__MONOTONIC_TIMESTAMP"]) / 1e6) for entry in entries]

    # --- network ---

    def http(self, port, path="/health", body=None, patience=5):
        """(status, text) of a request to 127.0.0.1; status 0: no answer."""
        data = [] if body is None else ["--header", "Content-Type: application/json", "--data", json.dumps(body)]
        answer = self.run("curl", "--silent", "--max-time", patience, "--write-out", "\n%{http_code}", *data,
                          f"http://127.0.0.1:{port}{path}", check=False)
        text, _, status = answer.stdout.rpartition("\n")
        return int(status or 0), text

    def listeners(self, port):
        """The local addresses that somebody listens on at this port."""
        lines = self.output("ss", "--no-header", "--listening", "--tcp", "--numeric", f"sport = :{port}").splitlines()
        return [line.split()[3].rpartition(":")[0] for line in lines]
