"""Unload and restart."""

import pytest
from client import Error, pump, pump_for


def test_unload_of_a_running_slot(chat, systemd, root):
    chat.load()
    chat.wait(State="ready")
    chat.forget_signals()
    chat.unload()
    shown = chat.wait(State="offline")
    assert chat.states() == ["ready", "unloading", "offline"]
    assert not root.is_loaded("chat") and shown["Loaded"] is False
    assert (shown["ActiveSince"], shown["RunningImage"], shown["Models"], shown["Model"]) == (0, "", [], "alpha")


@pytest.mark.parametrize("phase, state", [("start-pre", "starting"), ("start", "starting"), ("start-post", "warming")])
def test_unload_takes_effect_at_once_in_each_phase(chat, systemd, root, phase, state):
    systemd.script("chat", hold=phase)
    chat.load()
    pump(lambda: (systemd.state("chat") or {}).get("sub") == phase, f"the unit is in {phase}")
    chat.wait(State=state)
    chat.unload()
    shown = chat.wait(State="offline")
    assert chat.states()[-2:] == ["unloading", "offline"]
    assert shown["StateMessage"] == "" and not root.is_loaded("chat")


def test_unload_while_it_pulls(chat, systemd, root):
    systemd.script("chat", hold="start-pre", status={"start-pre": "pulling example.org/image: layer 1 of 2"})
    chat.load()
    chat.wait(State="pulling")
    chat.unload()
    chat.wait(State="offline")
    assert not root.is_loaded("chat")


def test_unload_of_a_stopped_slot_is_right_and_drops_the_marker(host, root):
    root.slot("chat")
    root.write("etc/hal0/loaded/chat", "")
    chat = host.start().slot("chat")
    assert chat.get("Loaded") is True
    chat.unload()
    chat.wait(Loaded=False, State="offline")
    assert not root.is_loaded("chat")


def test_unload_of_a_failed_slot_ends_the_error(chat, systemd):
    systemd.script("chat", fail_in="start-post", fail_times=1)
    chat.load()
    chat.wait(State="error")
    chat.unload()
    chat.wait(State="offline")


@pytest.mark.parametrize("how", ["unload", "update"])
def test_unload_of_a_slot_that_is_just_failing_ends_the_error(chat, systemd, how):
    """systemd lets such a unit end as failed, whoever stops it."""
    systemd.script("chat", fail_in="start-post", fail_times=1, hold="stop-post")
    chat.load()
    pump(lambda: (systemd.state("chat") or {}).get("sub") == "stop-post", "what its failure leaves is cleaned up")
    if how == "unload":
        chat.unload()
    else:
        chat.update(enabled=False)
    systemd.release("chat")
    chat.wait(State="offline", StateMessage="", Loaded=False)
    pump(lambda: systemd.state("chat") is None, "systemd has forgotten the failure")


def test_unload_ends_automatic_restarts(chat, systemd):
    systemd.script("chat", fail_in="start-post", restart_ms=60000)
    chat.load()
    pump(lambda: (systemd.state("chat") or {}).get("sub") == "auto-restart", "it waits for a restart")
    chat.wait(State="error")
    chat.unload()
    chat.wait(State="offline")
    pump(lambda: systemd.state("chat") is None, "systemd has forgotten it")


def test_load_after_unload_without_waiting(chat):
    chat.load()
    chat.wait(State="ready")
    chat.unload()
    chat.load()
    pump_for(0.3)
    chat.wait(State="ready")
    chat.load()
    chat.unload()
    pump_for(0.3)
    chat.wait(State="offline")


def test_restart_takes_the_file_as_it_is(chat, root, systemd):
    chat.load()
    chat.wait(State="ready")
    root.slot("chat", root.config("chat") + "context_size = 8192\n")
    shown = chat.wait(NeedsRestart=True)
    assert [(running, configured) for _, running, configured in shown["Drift"]] == [("4096", "8192")]
    chat.restart()
    pump_for(0.05)
    shown = chat.wait(State="ready", NeedsRestart=False)
    assert shown["Drift"] == [] and shown["ContextSize"] == 8192


def test_restart_of_a_stopped_slot_starts_it(chat):
    chat.restart()
    chat.wait(State="ready")


@pytest.mark.parametrize("method", ["unload", "restart", "delete", "pull_image"])
def test_options_that_nobody_knows_are_refused(chat, systemd, method):
    with pytest.raises(Error) as problem:
        getattr(chat, method)(force=True)
    assert problem.value.name == "org.freedesktop.DBus.Error.InvalidArgs"
    assert systemd.jobs_asked() == []
