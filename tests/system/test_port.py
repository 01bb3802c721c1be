"""A slot's port that somebody else has."""

import time

import pytest

from machine import wait_until


@pytest.fixture
def listen(machine):
    """listen(address, port): another program takes the port."""
    units = []

    def begin(address, port):
        units.append(f"hal0-test-listener-{port}.service")
        machine.run("systemd-run", f"--unit={units[-1]}", "--collect", "--quiet", "python3", "-m", "http.server",
                    "--bind", address, "--directory", "/run/hal0", port)
        wait_until(lambda: machine.listeners(port), "the other program listens")
        return units[-1]
    yield begin
    for unit in units:
        machine.systemctl("stop", unit, check=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::"])
def test_port_taken_by_another_program(machine, make_slot, listen, address):
    slot = make_slot()
    other = listen(address, slot.port)
    assert slot.start(check=False).returncode != 0
    assert f"port {slot.port} is taken by another program" in slot.status_text
    assert machine.show_one(other, "ActiveState") == "active", "it is not ours to end"
    assert not slot.container_id()

    machine.systemctl("stop", other)
    slot.wait("an automatic restart makes it", ActiveState="active")
    assert slot.health() == 200


def test_own_container_left_on_the_port_is_replaced(machine, make_slot):
    """As after a power cut of conmon: nobody's unit, but our name and our port."""
    slot = make_slot()
    machine.run("podman", "run", "--detach", "--name", slot.container, "--network=host",
                "localhost/fault-server:test", "--port", slot.port)
    wait_until(lambda: machine.listeners(slot.port), "the stale container listens")
    stale = slot.container_id()
    slot.start()
    assert slot.container_id() not in ("", stale)
    assert slot.health() == 200
    assert len(slot.processes("fault-server")) == 1
    slot.stop()
    assert slot.left_behind() == {}


def test_what_removes_an_old_container_may_take_longer_than_start_s(machine, make_slot):
    """podman gives it five seconds to end; start_s is for the server."""
    slot = make_slot(timeouts={"start_s": 3})
    machine.run("podman", "run", "--detach", "--name", slot.container, "--network=host",
                "localhost/fault-server:test", "--port", slot.port, "--fault", "ignore-sigterm")
    wait_until(lambda: machine.listeners(slot.port), "the stale container listens")
    began = time.monotonic()
    slot.start()
    assert time.monotonic() - began > 3, "it ignored SIGTERM"
    assert slot.health() == 200


def test_own_container_that_stopped_is_replaced(machine, make_slot):
    slot = make_slot()
    machine.run("podman", "create", "--name", slot.container, "localhost/fault-server:test")
    slot.start()
    assert slot.health() == 200
