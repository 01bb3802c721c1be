"""Fixtures of the system suite. It runs against the real systemd, podman and llama-server of a throw-away machine:

    HAL0_MACHINE=try tests/machine/up
    HAL0_MACHINE=try python3 -m pytest tests/system
    HAL0_MACHINE=try tests/machine/down

Each test makes its own slots, with names and ports of their own, and removes them, also when it fails."""

import json

import pytest

from bridge import Bridge
from machine import Machine, lacks
from slots import SlotFactory
from watch import Watch


def pytest_configure(config):
    config.addinivalue_line("markers", "boot: restarts the machine; such tests run last")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.get_closest_marker("boot") is not None)


@pytest.fixture(scope="session")
def machine():
    machine = Machine()
    if machine.run("systemctl", "is-system-running", check=False).stdout.strip() not in ("running", "degraded"):
        pytest.exit("the machine is not up: HAL0_MACHINE=NAME tests/machine/up", returncode=3)
    yield machine
    machine.close()


@pytest.fixture(scope="session")
def llama():
    """For tests that need the real llama-server."""
    if lacks("llama-server"):
        pytest.skip("no llama-server: the mirror has no package of it")


@pytest.fixture(scope="module")
def outside(machine):
    """An address of this machine that is not "localhost" to an address filter: a stand-in for the world outside."""
    address = "192.0.2.1"  # RFC 5737: for documentation, nobody's
    machine.run("ip", "address", "add", f"{address}/32", "dev", "lo")
    yield address
    machine.run("ip", "address", "del", f"{address}/32", "dev", "lo")


@pytest.fixture
def make_slot(machine):
    """Makes slots for one test; see Slot.configure() for the arguments."""
    factory = SlotFactory(machine)
    yield factory
    factory.remove()


@pytest.fixture(scope="module")
def module_slot(machine):
    """Makes slots that the tests of one file share."""
    factory = SlotFactory(machine)
    yield factory
    factory.remove()


@pytest.fixture
def bridge(machine):
    """The HTTP bridge; streams that a test opens end with it."""
    machine.systemctl("start", "hal0-http.socket")
    bridge = Bridge(machine)
    yield bridge
    bridge.close()


@pytest.fixture
def watch(machine):
    """watch(slot) records what its unit goes through; see watch.py."""
    watches = []

    def begin(slot, unit=None):
        watches.append(Watch(machine, unit or slot.unit, slot.port))
        return watches[-1]
    yield begin
    for one in watches:
        one.end()


@pytest.fixture
def make_unit(machine):
    """Writes units that are no part of hal0; they are stopped and removed afterwards."""
    names = []

    def make(name, text):
        names.append(name)
        machine.write(f"/run/systemd/system/{name}", text)
        machine.reload()
    yield make
    for name in names:
        machine.systemctl("stop", name, check=False)
        machine.systemctl("reset-failed", name, check=False)
        machine.remove(f"/run/systemd/system/{name}")
    machine.reload()


@pytest.fixture
def keep_file(machine):
    """keep_file(path): the test may change or remove the file; it comes back as it was, owner and mode included."""
    kept = []

    def keep(path):
        kept.append(path)
        machine.run("cp", "--archive", path, f"{path}.kept-by-test")
        return machine.read(path)
    yield keep
    for path in kept:
        machine.run("mv", "--force", f"{path}.kept-by-test", path)


@pytest.fixture
def add_model(machine, keep_file):
    """add_model(id, path) puts a row into the model registry, for one test."""
    path = "/var/lib/hal0/registry/registry.toml"
    text = keep_file(path)

    def add(model, file):
        nonlocal text
        text += f"\n[models.{model}]\npath = {json.dumps(file)}\n"
        machine.write(path, text)
    return add
