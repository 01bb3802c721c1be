"""An administrator's drop-in that systemd has not read yet ("needs daemon-reload") is read before a start."""

import os

import pytest

from client import pump
from hal0 import dictionary


def override(root, unit):
    """As `systemctl edit` writes it, but for its daemon-reload."""
    os.makedirs(f"{root.path}/etc/systemd/system/{unit}.d", exist_ok=True)
    root.write(f"etc/systemd/system/{unit}.d/override.conf", "[Service]\nTimeoutStopSec=33\n")


def reloads_and_jobs(systemd):
    """The daemon-reloads and the starts, in order."""
    return [call[0] for call in systemd.calls() if call[0] in ("Reload", "StartUnit", "RestartUnit")]


@pytest.mark.parametrize("again, job", [(lambda slot: slot.restart(), "RestartUnit"), (lambda slot: slot.load(model="beta"), "RestartUnit"),
                                        (lambda slot: slot.swap("beta", persist=False), "RestartUnit")], ids=["restart", "load", "swap"])
def test_it_is_read_before_a_running_slot_is_restarted(chat, root, systemd, again, job):
    chat.load()
    chat.wait(State="ready")
    assert reloads_and_jobs(systemd) == ["StartUnit"]
    override(root, "hal0-slot@chat.service")
    again(chat)
    assert reloads_and_jobs(systemd)[1:] == ["Reload", job]
    pump(lambda: systemd.state("chat")["sub"] == "running", "it runs again")
    chat.wait(State="ready")
    chat.restart()
    assert reloads_and_jobs(systemd)[3:] == ["RestartUnit"], "nothing has changed since"


def test_it_is_read_before_a_stopped_slot_is_started(chat, root, systemd):
    override(root, "hal0-slot@chat.service")
    chat.load()
    assert reloads_and_jobs(systemd) == ["Reload", "StartUnit"]
    chat.wait(State="ready")


@pytest.mark.parametrize("unit", ["hal0-slot@chat.service", "hal0-slot-pull@chat.service"])
def test_it_is_read_before_a_pull(chat, root, systemd, unit):
    """The image is taken from the slot's unit, as systemd has it."""
    override(root, unit)
    chat.pull_image()
    assert reloads_and_jobs(systemd) == ["Reload", "StartUnit"]


def test_a_slot_that_runs_already_costs_no_reload(chat, root, systemd):
    chat.load()
    chat.wait(State="ready")
    override(root, "hal0-slot@chat.service")
    chat.load()
    assert reloads_and_jobs(systemd) == ["StartUnit"]


def test_many_loads_at_once_share_their_reloads(host, root, systemd):
    names = [f"s{number}" for number in range(8)]
    for number, name in enumerate(names):
        root.slot(name, number=10 + number)
    systemd.reread()
    hal0 = host.start()
    systemd.reloads(milliseconds=200)
    for name in names:
        override(root, f"hal0-slot@{name}.service")
    for call in [hal0.slot(name).begin("Load", dictionary({})) for name in names]:
        assert call.wait().error is None, call.error
    assert systemd.reload_count() <= 3
    for name in names:
        hal0.slot(name).wait(State="ready")
