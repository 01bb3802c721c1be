"""What shows something: list, show, status, logs, models, profiles."""

import json

import pytest

from peer import END, error, slot

EVIL = "a\x1b[31mred\x1b[0m\x1b]0;title\x07b\u009bc\x7fd"


def test_list_is_a_table(peer, cli):
    peer.on("GET", "/api/slots", [slot("chat", "ready"), slot("embed", port=8082, model_id=None)])
    run = cli.run("slot", "list")
    lines = [line.split() for line in run.stdout.splitlines()]
    assert lines == [["NAME", "STATE", "MODEL", "BACKEND", "PORT", "KIND"], ["chat", "ready", "tiny", "vulkan", "8081", "local"], ["embed", "offline", "-", "vulkan", "8082", "local"]]
    assert (run.returncode, run.stderr) == (0, "")


def test_list_without_slots_says_so(peer, cli):
    peer.on("GET", "/api/slots", [])
    assert cli.run("slot", "list").stdout == "No slots configured.\n"


def test_list_json_is_the_payload_as_it_is(peer, cli):
    text = '[{"name":"chat",  "z":1,"a":"\\u009b"}]'
    peer.on("GET", "/api/slots", text)
    assert cli.run("slot", "list", "--json").stdout == text + "\n"


@pytest.mark.parametrize("width", [40, 80])
def test_list_fits_the_terminal(peer, on_terminal, width):
    peer.on("GET", "/api/slots", [slot("a-slot-with-a-long-name", "ready", model_id="a/model-with-a-very-long-name-indeed-and-more")])
    run = on_terminal("slot", "list", width=width, NO_COLOR="1")
    assert run.wait() == 0
    assert max(len(line) for line in run.text.splitlines()) <= width and "…" in run.text


def test_the_state_is_coloured_on_a_terminal_unless_no_color(peer, on_terminal):
    peer.on("GET", "/api/slots", [slot("chat", "ready")])
    run = on_terminal("slot", "list")
    run.wait()
    assert "\x1b[32mready\x1b[0m" in run.text
    run = on_terminal("slot", "list", NO_COLOR="1")
    run.wait()
    assert "\x1b" not in run.text


def test_no_control_character_reaches_the_output(peer, cli):
    peer.on("GET", "/api/slots/chat", slot("chat", "error", metadata={"message": EVIL}))
    peer.on("GET", "/api/slots/chat/logs?lines=200", {"name": "chat", "logs": EVIL + "\nsecond\n"})
    for words in (["slot", "status", "chat"], ["slot", "logs", "chat"]):
        out = cli.run(*words).stdout
        assert not any((ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 for c in out), repr(out)
        assert "ared" in out and "\\x07" in out


def test_show_has_the_status_and_the_file(peer, cli):
    peer.on("GET", "/api/slots/chat", slot("chat", "ready"))
    peer.on("GET", "/api/slots/chat/config?format=toml", "# mine\nport = 8081\n")
    peer.on("GET", "/api/slots/chat/config", {"port": 8081})
    out = cli.run("slot", "show", "chat").stdout
    assert "State          ready" in out and out.endswith("# mine\nport = 8081\n")
    assert json.loads(cli.run("slot", "show", "chat", "--json").stdout) == {"status": slot("chat", "ready"), "config": {"port": 8081}}


def test_status_names_each_drifted_value(peer, cli):
    diffs = [{"key": "port", "running": 8081, "rendered": 8090}, {"key": "model", "running": "a", "rendered": "b"}]
    peer.on("GET", "/api/slots/chat", slot("chat", "ready", config_drift={"drifted": True, "diffs": diffs}))
    lines = cli.run("slot", "status", "chat").stdout.splitlines()
    assert lines[0] == "chat: ready (model tiny, port 8081)"
    assert "port runs as 8081, the file says 8090" in lines[1] and "model runs as a, the file says b" in lines[2]


def test_logs_say_why_there_are_none(peer, cli):
    peer.on("GET", "/api/slots/chat/logs?lines=5", {"name": "chat", "logs": "", "hint": "the journal cannot be read"})
    run = cli.run("slot", "logs", "chat", "-n", "5")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "hal0: the journal cannot be read\n")


def test_followed_logs_lose_and_double_nothing_when_the_stream_is_cut(peer, cli):
    peer.streams("/api/slots/chat/logs/stream?lines=200", ['retry: 50\nid: c1\ndata: "one"\n\nid: c2\ndata: "two"\n\nid: c3\ndata: "cut', END], ['id: c3\ndata: "three"\n\n'])
    process = cli.popen("slot", "logs", "chat", "-f")
    try:
        assert [process.stdout.readline() for _ in range(3)] == ["one\n", "two\n", "three\n"]
    finally:
        process.kill()
        process.communicate()
    assert [headers.get("Last-Event-ID") for *_, headers in peer.requests] == [None, "c2"]


def test_a_log_that_cannot_be_followed_is_a_failure(peer, cli):
    peer.streams("/api/slots/chat/logs/stream?lines=200", ['event: degraded\ndata: {"message": "no journal"}\n\n', END])
    run = cli.run("slot", "logs", "chat", "-f")
    assert (run.returncode, run.stderr) == (1, "hal0: no journal\n")


def test_list_watch_prints_a_line_per_change(peer, cli):
    changed = slot("chat", "ready")
    peer.streams("/api/stream/slots", [f"event: slots\ndata: {json.dumps([slot('chat')])}\n\n", f"event: slot\ndata: {json.dumps(changed)}\n\n" * 2, 'event: removed\ndata: {"name": "chat"}\n\n'])
    process = cli.popen("slot", "list", "--watch")
    try:
        lines = [process.stdout.readline() for _ in range(3)]
    finally:
        process.kill()
        process.communicate()
    assert lines == ["chat: offline (model tiny, port 8081)\n", "chat: ready (model tiny, port 8081)\n", "chat: deleted\n"]


def test_models_and_profiles(peer, cli):
    peer.on("GET", "/api/models", {"models": [{"id": "tiny", "type": "llm", "size_bytes": 4900000000, "path": "/m/t.gguf"}], "count": 1})
    peer.on("GET", "/api/profiles", [{"name": "cpu", "backend": "cpu", "device_class": "cpu", "image": "x:y"}])
    assert cli.run("model", "list").stdout.splitlines()[1].split() == ["tiny", "llm", "4.9", "GB", "/m/t.gguf"]
    assert cli.run("profile", "list").stdout.splitlines()[1].split() == ["cpu", "cpu", "cpu", "x:y"]


def test_status_of_everything(peer, cli):
    peer.on("GET", "/api/status", {"name": "hal0", "version": "1.2", "slots": [slot("chat", "ready"), slot("bad", "error", metadata={"message": "no model"})]})
    peer.on("GET", "/api/health/system", {"status": "degraded", "checks": {"dbus": {"ok": True, "status": "ok", "detail": ""}}})
    out = cli.run("status").stdout
    assert "version 1.2" in out and "hal0d    ok" in out and "1 error, 1 ready" in out and "problem: slot bad: no model" in out


def test_names_are_completed_live(peer, cli):
    peer.on("GET", "/api/slots", [slot("chat"), slot("embed")])
    peer.on("GET", "/api/models", {"models": [{"id": "tiny"}]})
    assert cli.run("__complete", "slot", "load", "").stdout.split() == ["chat", "embed"]
    assert cli.run("__complete", "slot", "load", "chat", "--model", "t").stdout.split() == ["tiny"]
    assert cli.run("__complete", "slot", "lo").stdout.split() == ["load", "logs"]
    assert cli.run("__complete", "slot", "load", "chat", "--model=t").stdout.split() == ["--model=tiny"]
    assert cli.run("__complete", "slot", "load", "--model=tiny", "").stdout.split() == ["chat", "embed"]
    assert cli.run("__complete", "slot", "load", "chat", "--no-wait=").stdout == cli.run("__complete", "slot", "load", "chat", "--nonsense=").stdout == ""


@pytest.mark.parametrize("typed, becomes", [("slot load ch", "slot load chat "), ("slot load chat --model org/", "slot load chat --model org/m:q4 "), ("slot load chat --model org/m:", "slot load chat --model org/m:q4 "),
                                            ("slot load chat --model=", "slot load chat --model=org/m:q4 "), ("slot load chat --model=org/m:q", "slot load chat --model=org/m:q4 "),
                                            ("slot load --model=org/m:q4 ch", "slot load --model=org/m:q4 chat "), ("slot load --model org/m:q4 ch", "slot load --model org/m:q4 chat "),
                                            ("slot edit --extra-args '--a b' ch", "slot edit --extra-args '--a b' chat ")])
def test_a_tab_in_bash(peer, in_bash, typed, becomes):
    peer.on("GET", "/api/slots", [slot("chat")])
    peer.on("GET", "/api/models", {"models": [{"id": "org/m:q4"}]})
    assert in_bash(f"hal0 {typed}") == f"hal0 {becomes}"


@pytest.mark.parametrize("code, status", [("slot.not_found", 404), ("system.dbus_unavailable", 503), ("system.internal", 500), ("auth.forbidden", 403), ("auth.bad_host", 421)])
def test_an_error_is_the_apis_sentence(peer, cli, code, status):
    peer.on("GET", "/api/slots/chat", error(code, "the reason"), status)
    run = cli.run("slot", "status", "chat")
    assert (run.returncode, run.stdout, run.stderr) == (1, "", "hal0: the reason\n")
