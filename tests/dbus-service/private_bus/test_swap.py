"""Swap: another model for a running slot, and back if it does not come up."""

import pytest
from gi.repository import GLib

from client import Error, pump, pump_for
from test_load import refused


@pytest.fixture
def running(chat):
    chat.load()
    chat.wait(State="ready")
    chat.forget_signals()
    return chat


def test_a_good_swap_becomes_the_default_once_it_is_healthy(running, root, systemd):
    systemd.script("chat", hold="start-post")
    before = root.config("chat")
    running.swap("beta")
    running.wait(State="warming")
    assert root.config("chat") == before, "not before it is healthy"
    systemd.release("chat")
    shown = running.wait(State="ready", DefaultModel="beta")
    assert (shown["Model"], shown["NeedsRestart"], shown["Models"] in ([], ["beta"])) == ("beta", False, True)
    assert root.config("chat") == before.replace("alpha", "beta")
    assert systemd.state("chat")["model"] == "beta"
    pump(lambda: not root.exists("run/hal0/trial/chat"), "the trial file goes")


def test_a_swap_that_is_not_persisted_ends_with_the_next_start(running, root, systemd):
    before = root.config("chat")
    running.swap("beta", persist=False)
    shown = running.wait(State="ready", Model="beta")
    assert shown["DefaultModel"] == "alpha"
    pump_for(0.2)
    assert root.config("chat") == before
    running.restart()
    running.wait(State="ready", Model="alpha")
    assert systemd.state("chat")["model"] == "alpha"


def test_a_swap_that_is_not_persisted_ends_with_systemctl_restart_too(running, systemd):
    running.swap("beta", persist=False)
    running.wait(State="ready", Model="beta")
    pump_for(0.2)
    systemd.systemctl("restart", "chat")
    running.wait(State="ready", Model="alpha")


def test_a_bad_swap_falls_back_and_says_so(running, root, systemd):
    before = root.config("chat")
    systemd.script("chat", fail_in="start-post", fail_models=["beta"], fail_status="the model does not fit into memory", restart_ms=50)
    running.swap("beta")
    shown = running.wait(State="ready", Model="alpha", StateMessage=lambda text: "beta" in text)
    assert "does not fit into memory" in shown["StateMessage"]
    pump_for(0.3)
    shown = running.all()
    assert (shown["State"], shown["Model"], shown["DefaultModel"]) == ("ready", "alpha", "alpha")
    assert root.config("chat") == before and not root.exists("run/hal0/trial/chat")
    running.restart()
    pump_for(0.1)
    running.wait(State="ready", StateMessage=lambda text: "beta" not in text)


def test_a_bad_swap_of_a_slot_that_ran_without_a_model_runs_without_one_again(host, root, systemd):
    root.slot("bare", model=None)
    bare = host.start().slot("bare")
    bare.load()
    bare.wait(State="idle")
    systemd.script("bare", fail_in="start-post", fail_models=["beta"], fail_status="the model does not fit into memory")
    bare.swap("beta")
    shown = bare.wait(State="idle", StateMessage=lambda text: "beta" in text)
    assert "as its file says" in shown["StateMessage"]
    assert (shown["Model"], shown["DefaultModel"]) == ("", "") and not root.exists("run/hal0/trial/bare")


@pytest.mark.parametrize("attempt", range(5))
def test_an_unload_while_it_falls_back_is_no_less_an_unload(running, systemd, attempt):
    systemd.script("chat", fail_in="start-post", fail_models=["beta"])
    running.swap("beta")
    pump(lambda: "error" in running.states(), "it has failed")  # for two milliseconds, until it falls back
    running.unload()
    running.wait(State="offline", Loaded=False)
    pump_for(0.4)
    assert running.get("State") == "offline"


def test_an_unload_in_the_same_breath_as_a_bad_swap(host, root, systemd):
    """The swap fails before the unload has taken away its marker."""
    root.slot("chat")
    systemd.reread()
    slow_disk = ["strace", "-D", "-f", "-o", "/dev/null", "-e", "trace=unlink,unlinkat", "-e", "inject=unlink,unlinkat:delay_enter=400000"]
    chat = host.start(prefix=slow_disk).slot("chat")
    chat.load()
    chat.wait(State="ready")
    systemd.script("chat", fail_in="start-pre", fail_models=["beta"], phase_ms=20)
    swap = chat.begin("Swap", chat.swap_arguments("beta"))
    chat.begin("Unload", GLib.Variant("(a{sv})", ({},))).wait()
    swap.wait()
    pump_for(1.5)
    chat.wait(State="offline", Loaded=False)


def test_a_bad_swap_whose_fall_back_fails_is_an_error(running, root, systemd):
    before = root.config("chat")
    systemd.script("chat", fail_in="start-post")
    running.swap("beta")
    pump(lambda: running.states().count("error") == 2, "both have failed")
    pump_for(0.5)
    assert running.get("State") == "error" and root.config("chat") == before and not root.exists("run/hal0/trial/chat")
    systemd.script("chat", fail_in=None)
    running.load()
    running.wait(State="ready", Model="alpha")


def test_a_swap_refuses_an_unknown_model_before_anything_is_touched(running, root, systemd):
    before = root.files()
    assert refused(running.swap, "nobody") == "NoSuchModel"
    for options in ({"persist": GLib.Variant("s", "yes")}, {"persits": True}):
        with pytest.raises(Error) as problem:
            running.swap("beta", **options)
        assert problem.value.name == "org.freedesktop.DBus.Error.InvalidArgs"
    pump_for(0.1)
    assert root.files() == before and running.states() == [] and systemd.jobs_asked() == [("start", "hal0-slot@chat.service")]


def test_while_a_swap_runs_others_are_refused_as_busy_and_unload_ends_it(running, root, systemd):
    systemd.script("chat", hold="start-post")
    running.swap("beta")
    running.wait(State="warming")
    assert refused(running.swap, "gamma") == "Busy"
    running.unload()
    running.wait(State="offline")
    pump_for(0.3)
    assert running.get("State") == "offline", "an unload is no failed swap: nothing falls back"
    assert not root.exists("run/hal0/trial/chat") and running.get("DefaultModel") == "alpha"
    systemd.script("chat", hold=None)
    running.load()
    running.wait(State="ready", Model="alpha")


def test_a_swap_of_a_stopped_slot_starts_it_with_the_model(chat, systemd):
    chat.swap("beta")
    chat.wait(State="ready", Model="beta", DefaultModel="beta")


def test_a_failed_write_leaves_the_running_swap_and_is_reported(running, root, systemd):
    systemd.script("chat", hold="start-post")
    running.swap("beta")
    running.wait(State="warming")
    root.slot("chat", root.config("chat") + "broken = [\n")  # nothing can be written into this
    systemd.release("chat")
    shown = running.wait(State="ready", Model="beta", StateMessage=lambda text: "chat.toml" in text)
    assert shown["StateMessage"] and systemd.state("chat")["model"] == "beta"


def test_a_new_hal0d_cleans_up_after_a_swap_that_was_under_way(running, host, root, systemd):
    systemd.script("chat", hold="start-post")
    running.swap("beta")
    running.wait(State="warming")
    host.kill()
    host.start()
    systemd.release("chat")
    running.wait(State="ready")
    systemd.systemctl("restart", "chat")
    pump_for(0.2)
    running.wait(State="ready", Model="alpha")
    assert running.get("DefaultModel") == "alpha"
