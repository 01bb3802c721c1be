"""Follows a unit in the machine while the test does something else."""

import json
import subprocess
import threading
from pathlib import Path

from machine import wait_until

SCRIPT = Path(__file__).with_name("watch_unit.py").read_text(encoding="utf-8")


class Watch:
    """`seen` grows by a dictionary at each change: at, ActiveState, SubState, Result, StatusText, NRestarts, health."""

    def __init__(self, machine, unit, port):
        self.seen = []
        self._process = machine.popen("python3", "-c", SCRIPT, unit, port, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.until(lambda one: True, "a first look at the unit")

    def _read(self):
        for line in self._process.stdout:
            self.seen.append(json.loads(line))

    def until(self, condition, what, timeout=20):
        """Waits for something seen that meets the condition, from the beginning on, and returns it."""
        return wait_until(lambda: next((one for one in list(self.seen) if condition(one)), None),
                          f"{what}; last seen: {self.seen[-1:]}", timeout)

    def texts(self):
        """The status texts, each once, in order."""
        return list(dict.fromkeys(one["StatusText"] for one in self.seen))

    def end(self):
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._reader.join(timeout=10)
