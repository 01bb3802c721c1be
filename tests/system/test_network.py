"""A model server reaches nothing but this machine's loopback: a cgroup address filter, put there by systemd."""

import itertools

import pytest

from machine import wait_until

_ports = itertools.count(9080)


@pytest.fixture
def site(machine, outside):
    """An HTTP server that listens on all addresses; its port."""
    port = next(_ports)
    unit = f"hal0-test-site-{port}.service"
    machine.run("systemd-run", f"--unit={unit}", "--collect", "--quiet", "python3", "-m", "http.server", "--bind", "0.0.0.0",
                "--directory", "/run/hal0", port)
    try:
        wait_until(lambda: machine.listeners(port), "the HTTP server listens")
        yield port
    finally:
        machine.systemctl("stop", unit)


@pytest.fixture
def filters(machine, outside, site):
    """Skips where the kernel or the container that we are in has no cgroup address filters."""
    run = ["systemd-run", "--wait", "--collect", "--quiet"]
    get = ["curl", "--silent", "--output", "/dev/null", f"http://{outside}:{site}/", "--max-time"]
    assert machine.run(*run, *get, 5, check=False).returncode == 0, "without a filter it must be reachable"
    if machine.run(*run, "--property=IPAddressDeny=any", *get, 1, check=False).returncode == 0:
        pytest.skip("IPAddressDeny= is not enforced on this kernel")


def reach(machine, slot, address, port, patience=1):
    """Exit status of curl, run among the server's own processes."""
    script = 'echo $$ >"$(echo "/sys/fs/cgroup$1"/libpod-payload-*/cgroup.procs)"; ' \
             'exec curl --silent --output /dev/null --max-time "$3" "$2"'
    return machine.shell(script, slot.get("ControlGroup"), f"http://{address}:{port}/", patience, check=False).returncode


TIMED_OUT = 28


def test_filter_is_on_the_unit(make_slot):
    slot = make_slot()
    slot.start()
    shown = slot.show("IPAddressDeny", "IPAddressAllow")
    assert sorted(shown["IPAddressDeny"].split()) == ["0.0.0.0/0", "::/0"]
    assert sorted(shown["IPAddressAllow"].split()) == ["127.0.0.0/8", "::1/128"]


def test_server_cannot_reach_the_outside(machine, outside, site, filters, make_slot):
    slot = make_slot()
    slot.start()
    assert reach(machine, slot, "127.0.0.1", site, patience=5) == 0
    assert reach(machine, slot, outside, site) == TIMED_OUT


@pytest.mark.parametrize("change", ["vanishes", "breaks", "is disabled"])
def test_filter_stays_when_the_file(machine, outside, site, filters, make_slot, change):
    """The running server is left alone by a daemon-reload, and so is what holds it back."""
    slot = make_slot()
    slot.start()
    if change == "vanishes":
        machine.remove(slot.file)
        machine.reload()
    elif change == "breaks":
        slot.write("port = [")
    else:
        slot.configure(enabled=False)
    assert slot.health() == 200
    assert reach(machine, slot, outside, site) == TIMED_OUT
