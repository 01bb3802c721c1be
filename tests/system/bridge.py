"""The bridge in the machine, as its clients see it."""

import json
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from machine import wait_until

EVENT_SOURCE = Path(__file__).with_name("event_source.py").read_text(encoding="utf-8")


@dataclass
class Answer:
    status: int  # 0: there was none
    headers: dict
    text: str
    seconds: float

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def code(self):
        return self.json["error"]["code"]


class Bridge:
    def __init__(self, machine):
        self.machine = machine
        self._streams = []

    def ask(self, method, path, body=None, *headers, patience=60):
        """One request, on a connection of its own. `body`: text, or what is sent as JSON."""
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
        data = [] if body is None else ["--data-binary", "@-"]
        shown = ["--head"] if method == "HEAD" else ["--include", "--request", method]
        more = [word for header in headers for word in ("--header", header)]
        run = self.machine.run("curl", "--silent", "--max-time", patience, "--write-out", "\n%{http_code} %{time_total}", *shown, *data, *more,
                               f"http://127.0.0.1:8080{path}", check=False, text=body, timeout=patience + 10)
        text, _, figures = run.stdout.rpartition("\n")
        status, seconds = figures.split()
        head, _, content = text.partition("\n\n")
        lines = [line.partition(": ") for line in head.splitlines()[1:]]
        return Answer(int(status), {name.lower(): value for name, _, value in lines}, content, float(seconds))

    def get(self, path, *headers, **options):
        return self.ask("GET", path, None, *headers, **options)

    def slot(self, name):
        return self.get(f"/api/slots/{name}").json

    def follow(self, path, once=False):
        stream = Stream(self.machine, path, once)
        self._streams.append(stream)
        return stream

    def close(self):
        for stream in self._streams:
            stream.close()


@pytest.fixture
def make_slot(make_slot, bridge):
    """For files that import it: slots that the bridge knows. It hears of them a moment after hal0d."""
    def make(*arguments, **keys):
        slot = make_slot(*arguments, **keys)
        wait_until(lambda: bridge.get(f"/api/slots/{slot.name}").status == 200, f"the bridge knows {slot.name}")
        return slot
    make.unwritten = make_slot.unwritten
    return make


class Stream:
    """An open event stream; `seen` grows."""

    def __init__(self, machine, path, once):
        self.seen = []
        self._process = machine.popen("python3", "-c", EVENT_SOURCE, path, *(["once"] if once else []), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.until(lambda: any("open" in one for one in self.seen), "the stream is open")

    def _read(self):
        for line in self._process.stdout:
            self.seen.append(json.loads(line))

    def events(self, name=None):
        """Data of the events so far, with `at` beside it."""
        return [dict(one, data=json.loads(one["data"])) for one in list(self.seen) if "event" in one and name in (None, one["event"])]

    def data(self, name=None):
        return [one["data"] for one in self.events(name)]

    def until(self, condition, what, timeout=20):
        return wait_until(condition, f"{what}; the last of it: {self.seen[-3:]}", timeout)

    def is_over(self):
        return any("ended" in one for one in self.seen)

    def close(self):
        if not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.wait(timeout=10)
        self._reader.join(timeout=10)
