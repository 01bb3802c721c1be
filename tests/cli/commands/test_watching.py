"""load, unload, restart and swap: what is watched, and how it ends."""

import signal
import time

import pytest

from peer import END, Stream, error, frame, slot

STREAM = "/api/slots/chat/state/stream"


@pytest.fixture
def chat(peer):
    peer.on("GET", "/api/slots/chat", slot("chat"))
    peer.on("GET", "/api/slots/chat/logs?lines=10", {"name": "chat", "logs": "loading\nerror: bad magic\n"})
    peer.streams(STREAM, [frame("offline", 1)])
    return peer


def begins(peer, verb, *frames):
    peer.pushes_after("POST", f"/api/slots/chat/{verb}?wait=0", slot("chat"), *frames)


def test_load_shows_each_change_until_it_is_ready(chat, cli):
    begins(chat, "load", frame("pulling", 2, "pulling x: layer 3 of 7"), frame("starting", 3), frame("warming", 4, "loads"), frame("ready", 5))
    run = cli.run("slot", "load", "chat")
    lines = [line.rpartition(" (")[0] for line in run.stdout.splitlines()]
    assert lines == ["chat: pulling: pulling x: layer 3 of 7", "chat: starting", "chat: warming: loads", "Slot chat is ready: model tiny on port 8081"]
    assert run.returncode == 0
    assert [path for verb, path, *_ in chat.requests] == ["/api/slots/chat", STREAM, "/api/slots/chat/load?wait=0"], "subscribed before it asks"


def test_load_of_what_runs_has_nothing_to_do(chat, cli):
    chat.streams(STREAM, [frame("ready", 1)])
    begins(chat, "load")
    assert cli.run("slot", "load", "chat").returncode == 0


def test_load_of_another_model_waits_for_that_model(chat, cli):
    chat.streams(STREAM, [frame("ready", 1)])
    begins(chat, "load", frame("serving", 2), frame("unloading", 3), frame("starting", 4, model="b"), frame("ready", 5, model="b"))
    run = cli.run("slot", "load", "chat", "--model", "b")
    assert run.returncode == 0 and "model b" in run.stdout and chat.asked("POST") == [("/api/slots/chat/load?wait=0", {"model_id": "b"})]


def test_a_bad_model_fails_at_once(chat, cli):
    chat.on("POST", "/api/slots/chat/load?wait=0", error("model.not_found", "model 'x' is not in the registry"), 404)
    run = cli.run("slot", "load", "chat", "-m", "x")
    assert (run.returncode, run.stderr) == (1, "hal0: model 'x' is not in the registry\n")


def test_a_failing_start_ends_with_the_reason_and_the_log(chat, cli):
    begins(chat, "load", frame("starting", 2), frame("error", 3, "it exited with status 1; it restarts automatically (1 of 3)"), frame("starting", 4), frame("ready", 5))
    run = cli.run("slot", "load", "chat")
    assert run.returncode == 1
    assert run.stderr.splitlines() == ["hal0: slot chat: it exited with status 1; it restarts automatically (1 of 3)", "The last lines of its log (hal0 slot logs chat):", "  loading", "  error: bad magic"]


def test_a_slot_that_had_failed_is_loaded(chat, cli):
    chat.streams(STREAM, [frame("error", 1, "old news")])
    begins(chat, "load", frame("starting", 2), frame("ready", 3))
    assert cli.run("slot", "load", "chat").returncode == 0


def test_a_start_that_somebody_stops(chat, cli):
    begins(chat, "load", frame("starting", 2), frame("unloading", 3), frame("offline", 4))
    run = cli.run("slot", "load", "chat")
    assert run.returncode == 1 and "it was stopped while it started" in run.stderr


def test_a_stream_that_breaks_is_made_again(chat, cli):
    chat.streams(STREAM, ["retry: 50\n\n", frame("offline", 1), frame("starting", 2), END], [frame("ready", 3)])
    chat.on("POST", "/api/slots/chat/load?wait=0", slot("chat"))
    run = cli.run("slot", "load", "chat")
    assert run.returncode == 0, run.stderr


def test_a_restart_that_happened_while_the_stream_was_broken(chat, cli):
    chat.streams(STREAM, ["retry: 50\n\n", frame("ready", 1), END], [frame("ready", 9)])
    chat.on("POST", "/api/slots/chat/restart?wait=0", slot("chat"))
    assert cli.run("slot", "restart", "chat").returncode == 0


def test_a_bridge_that_goes_silent_or_away_is_given_up(chat, cli):
    begins(chat, "load", frame("starting", 2))
    run = cli.run("slot", "load", "chat", HAL0_API_TIMEOUT="0.5")
    assert run.returncode == 1 and "lost the API" in run.stderr


def test_the_timeout_ends_the_watching_alone(chat, cli):
    begins(chat, "load", frame("starting", 2))
    run = cli.run("slot", "load", "chat", "--timeout", "0.3")
    assert run.returncode == 1 and "has not settled within 0.3 s: it is starting" in run.stderr


def test_no_wait(chat, cli):
    begins(chat, "load")
    run = cli.run("slot", "load", "chat", "--no-wait")
    assert run.returncode == 0 and [path for _, path, *_ in chat.requests] == ["/api/slots/chat/load?wait=0"]


def test_unload(chat, cli):
    chat.streams(STREAM, [frame("ready", 1)])
    begins(chat, "unload", frame("unloading", 2), frame("offline", 3))
    run = cli.run("slot", "unload", "chat")
    assert run.returncode == 0 and "Slot chat is offline" in run.stdout


def test_unload_of_a_slot_whose_file_is_wrong_says_so_at_once(chat, cli):
    wrong = "/etc/hal0/slots/chat.toml:1:8: port: 80 is not allowed: 1024 to 65535"
    chat.streams(STREAM, [frame("ready", 1, f"runs with its previous configuration: {wrong}")])
    begins(chat, "unload", frame("unloading", 2), frame("error", 3, wrong))
    began = time.monotonic()
    run = cli.run("slot", "unload", "chat")
    assert run.returncode == 0 and time.monotonic() - began < 4, run
    last = run.stdout.splitlines()[-1]
    assert last.startswith("Slot chat is unloaded (") and last.endswith(f"), and cannot be loaded again as it is: {wrong}"), last


def gone():
    return error("slot.not_found", "there is no slot chat; hal0 slot list shows those there are")


def test_unload_of_a_slot_whose_file_is_gone_ends_with_the_slot(chat, cli):
    connections = iter([Stream("retry: 50\n\n", frame("ready", 1), frame("unloading", 2), END), (404, gone())])
    chat.answers["GET", STREAM] = lambda: next(connections)
    chat.on("POST", "/api/slots/chat/unload?wait=0", slot("chat"))
    run = cli.run("slot", "unload", "chat")
    assert (run.returncode, run.stderr) == (0, "") and "Slot chat is offline" in run.stdout and "its file is gone" in run.stdout


def test_unload_of_a_slot_that_vanishes_before_the_answer(chat, cli):
    chat.streams(STREAM, [frame("error", 1, "old news")])
    chat.on("POST", "/api/slots/chat/unload?wait=0", gone(), 404)
    run = cli.run("slot", "unload", "chat")
    assert (run.returncode, run.stderr) == (0, "") and "its file is gone" in run.stdout


def test_unload_of_a_slot_that_never_was(peer, cli):
    peer.on("GET", STREAM, gone(), 404)
    run = cli.run("slot", "unload", "chat")
    assert run.returncode == 1 and "there is no slot chat" in run.stderr


def test_restart_does_not_take_the_old_state_for_the_new(chat, cli):
    chat.streams(STREAM, [frame("ready", 1)])
    begins(chat, "restart", frame("idle", 2), frame("unloading", 3), frame("starting", 4), frame("ready", 5))
    lines = cli.run("slot", "restart", "chat").stdout.splitlines()
    assert len(lines) == 4 and lines[0].startswith("chat: idle"), lines


def swap(chat, *words):
    chat.streams(STREAM, [frame("ready", 1)])
    begins(chat, "swap", frame("unloading", 2), frame("starting", 3, model="b"), frame("ready", 4, model="b"))
    return ("slot", "swap", "chat", "--model", "b", *words)


def test_swap_persists_when_it_runs(chat, cli):
    chat.on("PUT", "/api/install/slots/chat/model", {"slot": "chat", "model_id": "b"})
    assert cli.run(*swap(chat)).returncode == 0
    assert chat.asked("PUT") == [("/api/install/slots/chat/model", {"model_id": "b"})]


def test_swap_for_now(chat, cli):
    assert cli.run(*swap(chat, "--no-persist")).returncode == 0
    assert chat.asked("PUT") == []


def test_a_swap_that_cannot_be_persisted_stays(chat, cli):
    chat.on("PUT", "/api/install/slots/chat/model", error("install.pick_default_failed", "the disk is full"), 400)
    run = cli.run(*swap(chat))
    assert run.returncode == 1 and "Slot chat is ready: model b" in run.stdout
    assert run.stderr == "hal0: slot chat runs model b, which could not be made its default: the disk is full\n"


def test_a_swap_that_fails_says_what_runs_now(chat, cli):
    chat.streams(STREAM, [frame("ready", 1)])
    begins(chat, "swap", frame("unloading", 2), frame("starting", 3, model="b"), frame("error", 4, "bad file", model="b"), frame("starting", 5),
           frame("ready", 6, "the swap to model 'b' failed: bad file; it is back on model 'tiny'"))
    run = cli.run("slot", "swap", "chat", "-m", "b")
    assert run.returncode == 1 and "it is back on model 'tiny'" in run.stderr and chat.asked("PUT") == []


def test_on_a_terminal_there_is_one_line_and_ctrl_c_stops_watching_only(chat, on_terminal):
    begins(chat, "load", frame("warming", 2, "loads"))
    run = on_terminal("slot", "load", "chat")
    run.read("(1.")  # the seconds go on
    run.write("\x03")
    assert run.wait() == -signal.SIGINT
    assert "\r\x1b[Kchat  warming  loads (" in run.text and "stopped watching; the slot goes on" in run.text
    assert len(chat.asked("POST")) == 1
