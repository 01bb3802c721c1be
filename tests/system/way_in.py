"""The way into the machine that commands take: one process there runs them all, side by side."""

import itertools
import json
import subprocess
import threading
from concurrent.futures import Future
from pathlib import Path

INSIDE = Path(__file__).with_name("run_inside.py")


class WayIn:
    def __init__(self, exec_script):
        # Given as text: the machine need not see this checkout.
        self._process = subprocess.Popen([exec_script, "python3", "-c", INSIDE.read_text()], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._numbers = itertools.count()
        self._waiting = {}
        self._writing = threading.Lock()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def run(self, command, text, timeout):
        """As subprocess.run() does, with the output captured."""
        number, answer = next(self._numbers), Future()
        request = json.dumps({"id": number, "command": command, "input": text, "timeout": timeout})
        with self._writing:
            self._waiting[number] = answer
            self._process.stdin.write(request + "\n")
            self._process.stdin.flush()
        done = answer.result(timeout + 30)
        if done["code"] is None:
            raise subprocess.TimeoutExpired(command, timeout)
        return subprocess.CompletedProcess(command, done["code"], done["out"], done["err"])

    def close(self):
        """Also when the machine is gone, and the process with it."""
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        self._process.wait(timeout=30)
        self._reader.join(timeout=10)

    def _read(self):
        for line in self._process.stdout:
            done = json.loads(line)
            self._waiting.pop(done["id"]).set_result(done)
        for answer in list(self._waiting.values()):
            answer.set_exception(ConnectionError("the way into the machine ended"))
