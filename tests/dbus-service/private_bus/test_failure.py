"""What goes wrong shows as "error" with a sentence, and goes when it is over."""

import os

import pytest

from client import Error, pump, pump_for


def test_a_start_that_fails_is_an_error_with_the_reason(chat, systemd):
    systemd.script("chat", fail_in="start-pre", fail_status="model 'alpha' cannot be used: its file is gone")
    chat.load()
    shown = chat.wait(State="error")
    assert "model 'alpha' cannot be used: its file is gone" in shown["StateMessage"]
    pump_for(0.2)
    assert chat.states() == ["offline", "starting", "error"]


def test_a_server_that_dies_while_it_warms_up(chat, systemd):
    systemd.script("chat", fail_in="start-post", fail_result="oom-kill")
    chat.load()
    shown = chat.wait(State="error", StateMessage=lambda text: "memory" in text)
    pump_for(0.2)
    assert chat.states() == ["offline", "starting", "warming", "error"]
    assert shown["ActiveSince"] == 0


def test_a_crash_and_its_automatic_restart(chat, systemd):
    systemd.script("chat", restart_ms=150, hold="auto-restart")
    chat.load()
    chat.wait(State="ready")
    chat.forget_signals()
    systemd.crash("chat", "signal")
    shown = chat.wait(State="error", StateMessage=lambda text: "restarts automatically" in text)
    assert "signal" in shown["StateMessage"]
    systemd.release("chat")
    shown = chat.wait(State="ready", Restarts=1)
    states = chat.states()
    assert states[:2] == ["ready", "error"] and states[-1] == "ready"
    assert "offline" not in states and "unloading" not in states


def test_a_server_that_is_killed_is_never_offline(chat, systemd):
    """It ends as one that was stopped, for systemd (SuccessExitStatus=), and is inactive for a moment before it restarts."""
    systemd.script("chat", restart_ms=100, late_ms=20, hold="auto-restart")
    chat.load()
    chat.wait(State="ready")
    chat.forget_signals()
    systemd.crash("chat", "success", exit_status=137)
    chat.wait(State="error", StateMessage=lambda text: "killed (status 137, signal 9)" in text and "restarts automatically" in text)
    systemd.release("chat")
    chat.wait(State="ready", Restarts=1)
    assert "offline" not in chat.states() and "unloading" not in chat.states(), chat.states()


def test_a_server_that_ends_by_itself_is_offline_although_nobody_says_more(chat, systemd):
    """Whether it restarts is asked, and the answer may be refused."""
    chat.load()
    chat.wait(State="ready")
    pump_for(0.1)
    systemd.script("chat", is_referenced=True)
    systemd.refuse(1)
    systemd.crash("chat", "success")
    chat.wait(State="offline")
    assert chat.states()[-2:] == ["unloading", "offline"]


def test_a_server_that_is_killed_while_it_warms_up(chat, systemd):
    systemd.script("chat", restart_ms=100, late_ms=20, fail_in="start-post", fail_result="success", fail_times=1)
    chat.load()
    chat.wait(State="ready", Restarts=1)
    assert chat.states().count("offline") == 1, chat.states()


@pytest.mark.parametrize("how", ["restart", "swap"])
def test_a_restart_of_a_slot_that_starts_is_no_failure(chat, systemd, how):
    """systemd makes it part of the job that starts it, and signals nothing of that."""
    systemd.script("chat", hold="start-post")
    chat.load()
    chat.wait(State="warming")
    pump_for(0.1)
    chat.forget_signals()
    systemd.script("chat", hold=None)
    if how == "restart":
        chat.restart()
    else:
        chat.swap("beta")
    chat.wait(State="ready")
    pump(lambda: chat.states()[-1:] == ["ready"], "StateChanged, which comes behind it")
    assert chat.states() == ["warming", "unloading", "starting", "warming", "ready"]


def test_a_slot_that_fails_too_often_stays_failed_and_loads_again(chat, systemd):
    systemd.script("chat", fail_in="start-post", restart_ms=20, most_restarts=2)
    chat.load()
    pump(lambda: (systemd.state("chat") or {}).get("active") == "failed", "it stays failed")
    pump_for(0.3)
    assert systemd.state("chat")["active"] == "failed"
    shown = chat.wait(State="error", Restarts=2)
    assert "2 automatic restarts" in shown["StateMessage"]
    systemd.script("chat", fail_in=None)
    chat.load()
    chat.wait(State="ready")


def test_the_attempts_are_counted_one_by_one(chat, systemd):
    """systemd 252 stays in auto-restart, and counts at once, when it has queued the start."""
    systemd.script("chat", fail_in="start-post", restart_ms=30, phase_ms=10)
    chat.load()
    chat.wait(State="error", Restarts=5)
    pump(lambda: (systemd.state("chat") or {}).get("active") == "failed", "it stays failed")
    pump_for(0.2)
    messages = [values["StateMessage"] for values in chat.changes() if "StateMessage" in values]
    announced = [text.rpartition("(")[2] for text in messages if "restarts automatically" in text]
    assert announced == [f"{attempt} of 5)" for attempt in range(1, 6)], messages
    assert [text for text in messages if "after 5 automatic restarts" in text][-1] == messages[-1], messages


def test_a_job_that_systemd_cannot_do_does_not_hang_the_slot(chat, systemd):
    for result in ("dependency", "timeout", "canceled"):
        systemd.script("chat", job_result=result)
        chat.load()
        pump_for(0.2)
        chat.wait(State="offline")
    chat.load()
    chat.wait(State="ready")


def test_a_running_server_that_stops_answering(chat, systemd):
    chat.load()
    chat.wait(State="ready")
    systemd.serve("chat", healthy=False)
    shown = chat.wait(State="error")
    assert "answer" in shown["StateMessage"]
    systemd.serve("chat", healthy=True)
    chat.wait(State="ready")
    assert systemd.jobs_asked() == [("start", "hal0-slot@chat.service")]


def test_requests_show_as_serving(chat, systemd):
    chat.load()
    chat.wait(State="ready")
    systemd.serve("chat", busy=2)
    assert chat.wait(State="serving", RequestsInFlight=2)["LastUsedAt"] > 0
    systemd.serve("chat", busy=0)
    chat.wait(State="ready", RequestsInFlight=0)


def test_a_short_request_counts_as_use(chat, systemd):
    chat.load()
    chat.wait(State="ready", Models=["alpha"])
    pump_for(2.5)  # hal0's own questions are no use
    before = chat.get("LastUsedAt")
    systemd.serve("chat", answered=3)
    chat.wait(LastUsedAt=lambda at: at > before)


def test_an_unload_of_what_nobody_uses_that_fails_is_not_asked_for_without_end(host, root, systemd):
    root.slot("chat", f"port = {root.ports + 10}\nidle_timeout_s = 1\n[model]\ndefault = \"alpha\"\n")
    chat = host.start().slot("chat")
    systemd.script("chat", hold="start-post")
    chat.load()
    chat.wait(State="warming")
    systemd.script("chat", job_result="canceled")  # for the next one, which may come a second after the start
    systemd.release("chat")
    pump(lambda: ("stop", "hal0-slot@chat.service") in systemd.jobs_asked(), "it is to be unloaded")
    pump_for(2)
    root.write("etc/hal0/hal0.toml", "[slots]\nidle_after_s = 1\n")  # whatever else makes it look again
    chat.wait(State="idle")
    assert systemd.jobs_asked() == [("start", "hal0-slot@chat.service"), ("stop", "hal0-slot@chat.service")]


def test_what_nobody_uses_becomes_idle_and_is_unloaded(host, root, systemd):
    root.write("etc/hal0/hal0.toml", "[slots]\nidle_after_s = 1\n")
    root.slot("chat", f"port = {root.ports + 10}\nidle_timeout_s = 3\n[model]\ndefault = \"alpha\"\n")
    chat = host.start().slot("chat")
    chat.load()
    chat.wait(State="ready")
    chat.wait(State="idle")
    chat.wait(State="offline")
    assert chat.states() == ["offline", "starting", "warming", "ready", "idle", "unloading", "offline"]
    assert systemd.jobs_asked()[-1] == ("stop", "hal0-slot@chat.service")


def test_a_log_that_cannot_be_written_is_no_reason_to_end(host, root, systemd):
    root.slot("chat", f"port = {root.ports + 10}\nidle_timeout_s = 1\n[model]\ndefault = \"alpha\"\n")
    systemd.reread()
    chat = host.start(prefix=["sh", "-c", 'exec "$@" 2>/dev/full', "-"]).slot("chat")
    chat.load()
    chat.wait(State="ready")
    chat.wait(State="offline")  # which it says why
    assert host.daemon.is_running()


def test_a_file_that_cannot_be_written_is_an_error_of_its_own(chat, root, host, systemd):
    os.mkdir(f"{root.path}/etc/hal0/loaded/chat")
    with pytest.raises(Error) as problem:
        chat.load()
    assert problem.value.kind == "FileFailed" and "/etc/hal0/loaded/chat cannot be changed" in problem.value.text
    os.rename(f"{root.path}/etc/hal0/slots", f"{root.path}/etc/hal0/slots.away")
    with pytest.raises(Error) as problem:
        host.hal0.create("fresh", model={"default": "alpha"})
    assert problem.value.kind == "FileFailed" and "/etc/hal0/slots/fresh.toml" in problem.value.text
    assert systemd.jobs_asked() == []
