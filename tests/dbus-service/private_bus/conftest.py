"""hal0d on a private bus, with a temporary tree for / and strict stand-ins for systemd and polkit.

    HAL0D=build/test/dbus-service/hal0d HAL0_GENERATOR=build/test/generator/hal0-generator \\
        python3 -m pytest tests/dbus-service/private_bus

Each test has a bus, a tree and processes of its own. HAL0_TEST_PATIENCE: seconds that a test waits for something."""

import pytest

import processes
from client import Client, pump
from hal0 import Hal0
from root import Root
from systemd_control import SystemdControl


class Host:
    """A machine of the test's: files, bus, systemd; hal0d when it is started."""

    def __init__(self):
        self.ending, self.daemon = [], None

    def begin(self):
        self.root = self.later(Root(), Root.delete)
        self.bus = self.later(processes.Bus(self.root.path), processes.Bus.end)
        self.systemd_process = self.later(processes.start_systemd(self.bus, self.root.path), self.end_and_show)
        self.client = self.new_client()
        self.systemd = SystemdControl(self.client)
        self.hal0 = Hal0(self.client)

    def later(self, one, end):
        self.ending.append(lambda: end(one))
        return one

    def new_client(self):
        return self.later(Client(self.bus.address), Client.close)

    def start_polkit(self):
        return self.later(processes.start_polkit(self.bus), self.end_and_show)

    @staticmethod
    def end_and_show(process):
        process.end()
        print(process.said())

    def start(self, prefix=(), wait=True):
        """Starts hal0d; it has its name when this returns, so all it says from now on must be right."""
        self.daemon = processes.start_hal0d(self.bus, self.root.path, prefix)
        if wait:
            pump(lambda: self.client.owner() or not self.daemon.is_running(), lambda: f"hal0d has its name: {self.daemon.said()}")
            assert self.daemon.is_running(), f"hal0d ended with {self.daemon.process.returncode}: {self.daemon.said()}"
        return self.hal0

    def stop(self):
        """SIGTERM; returns the exit status."""
        daemon, self.daemon = self.daemon, None
        status = daemon.end()
        print("--- hal0d said:\n" + daemon.said())
        return status

    def kill(self):
        """As a crash does."""
        daemon, self.daemon = self.daemon, None
        daemon.kill()
        pump(lambda: not self.client.owner(), "hal0d's name is free")

    def end(self):
        problems = []
        if self.daemon:
            was_running = self.daemon.is_running()
            status = self.stop()
            if not was_running or status != 0:
                problems.append(f"hal0d {'ended' if was_running else 'died'} with {status}")
        for end in reversed(self.ending):
            try:
                end()
            except Exception as problem:  # the others must end all the same
                problems.append(repr(problem))
        assert not problems, problems


@pytest.fixture
def host():
    host = Host()
    try:
        host.begin()
        yield host
    finally:
        host.end()


@pytest.fixture
def root(host):
    return host.root


@pytest.fixture
def systemd(host):
    return host.systemd


@pytest.fixture
def chat(host):
    """The slot `chat`, whose default model is alpha, with hal0d running."""
    host.root.slot("chat")
    host.systemd.reread()
    return host.start().slot("chat")
