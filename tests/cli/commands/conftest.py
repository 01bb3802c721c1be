"""The built `hal0` against a scripted peer, in a pipe and on a terminal.

    HAL0=build/test/cli/hal0 python3 -m pytest tests/cli/commands"""

import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from fcntl import ioctl

import pytest

from peer import Peer

PATIENCE = 20


class Cli:
    def __init__(self, url):
        keep = {name: value for name, value in os.environ.items() if not name.startswith("HAL0_") and name != "NO_COLOR"}
        self.environment = {**keep, "HAL0_API_URL": url, "TERM": "xterm", "HAL0_API_TIMEOUT": "2"}

    def run(self, *words, **environment):
        return subprocess.run([os.environ["HAL0"], *words], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=PATIENCE, env={**self.environment, **environment})

    def popen(self, *words, **options):
        return subprocess.Popen([os.environ["HAL0"], *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=self.environment, **options)

    def terminal(self, *words, width=80, **environment):
        return TerminalRun([os.environ["HAL0"], *words], width, {**self.environment, **environment})


class TerminalRun:
    """A program on a terminal of its own."""

    def __init__(self, command, width, environment):
        self.process, self.fd = pty.fork()
        if self.process == 0:
            os.execve(command[0], command, environment)
        ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        self.text, self.status = "", None

    def read(self, until=None):
        """Reads until this text has come, or to the end."""
        end = time.monotonic() + PATIENCE
        while until is None or until not in self.text:
            assert time.monotonic() < end, f"did not come: {until!r}; but: {self.text!r}"
            if not select.select([self.fd], [], [], 0.1)[0]:
                continue
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b""
            if not data:
                break
            self.text += data.decode(errors="replace")
        return self.text

    def write(self, text):
        os.write(self.fd, text.encode())

    def wait(self):
        self.read()
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        os.close(self.fd)
        return self.status

    def end(self):
        if self.status is None:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
            os.close(self.fd)


@pytest.fixture
def peer():
    peer = Peer()
    yield peer
    peer.close()


@pytest.fixture
def cli(peer):
    return Cli(peer.url)


@pytest.fixture
def on_terminal(cli):
    runs = []

    def begin(*words, **options):
        runs.append(cli.terminal(*words, **options))
        return runs[-1]
    yield begin
    for one in runs:
        one.end()


@pytest.fixture
def in_bash(cli):
    """What stands in the command line of a real bash after a tab."""
    runs = []

    def complete(typed):
        folder = os.path.dirname(os.environ["HAL0"])
        environment = {**cli.environment, "PATH": f"{folder}:{os.environ['PATH']}", "PS1": "$ ", "INPUTRC": "/dev/null", "TERM": "dumb"}
        bash = TerminalRun(["/bin/bash", "--norc", "--noprofile", "-i"], 200, environment)
        runs.append(bash)
        # ^X shows the line as it is, and does not run it.
        bash.write("source <(hal0 completion bash); shown() { echo \"[$READLINE_LINE]\"; }; bind -x '\"\\C-x\": shown'; echo rea''dy\n")
        bash.read("ready\r\n")
        bash.write(f"{typed}\t\x18")
        return bash.read("]\r\n").partition("]\r\n")[0].rpartition("[")[2]
    yield complete
    for one in runs:
        one.end()
