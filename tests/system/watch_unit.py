"""Runs in the machine: prints a line of JSON whenever what it sees of a unit changes, until its stdin ends.
usage: watch_unit.py UNIT PORT

The unit is looked at before the health path: a line that says "active" and not 200 means that systemd called the slot
active too early, for a server that answers does not stop answering. Or that it did not answer in time: "slow"."""

import json
import select
import subprocess
import sys
import time
import urllib.error
import urllib.request

PROPERTIES = "ActiveState,SubState,Result,StatusText,NRestarts"


def health(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=0.2) as answer:
            return answer.status
    except urllib.error.HTTPError as answer:
        return answer.code
    except OSError as problem:
        return "slow" if isinstance(getattr(problem, "reason", problem), TimeoutError) else 0


def look(unit, port):
    shown = subprocess.run(["systemctl", "show", unit, f"--property={PROPERTIES}"], capture_output=True, text=True).stdout
    return {**dict(line.split("=", 1) for line in shown.splitlines()), "health": health(port)}


def main():
    unit, port = sys.argv[1:]
    last = None
    while not select.select([sys.stdin], [], [], 0.01)[0]:
        seen = look(unit, port)
        if seen != last:
            print(json.dumps({"at": time.monotonic(), **seen}), flush=True)
            last = seen


main()
