"""What changes something: create, edit, delete, models, and wrong usage."""

import os
import subprocess

import pytest

from peer import HANG, error, slot


def test_create_sends_what_was_given_and_says_what_to_type_next(peer, cli):
    peer.on("POST", "/api/slots", slot("embed"), 201)
    run = cli.run("slot", "create", "embed", "-m", "m", "-t", "embedding", "-p", "8090", "--hardware", "rocm", "--ctx-size", "512", "--profile", "x", "--provider", "y")
    assert peer.asked("POST") == [("/api/slots", {"name": "embed", "type": "embedding", "model": {"default": "m", "context_size": 512}, "device": "gpu-rocm", "profile": "x", "provider": "y", "port": 8090})]
    assert run.returncode == 0 and "hal0 slot load embed" in run.stdout


def test_create_leaves_the_port_and_the_hardware_to_the_server(peer, cli):
    peer.on("POST", "/api/slots", slot("chat"), 201)
    cli.run("slot", "create", "chat", "--model", "m")
    assert peer.asked("POST") == [("/api/slots", {"name": "chat", "type": "llm", "model": {"default": "m", "context_size": 4096}})]


@pytest.mark.parametrize("code, status", [("slot.exists", 409), ("slot.port_in_use", 409), ("slot.no_free_port", 400), ("model.not_found", 404), ("profiles.not_found", 404), ("slot.config_error", 400)])
def test_create_that_is_refused(peer, cli, code, status):
    peer.on("POST", "/api/slots", error(code, "no, because"), status)
    run = cli.run("slot", "create", "chat", "-m", "m")
    assert (run.returncode, run.stderr) == (1, "hal0: no, because\n")


def test_bad_fields_are_named(peer, cli):
    peer.on("POST", "/api/slots", error("validation.invalid", "the request is wrong", fields=[{"loc": ["body", "port"], "msg": "too small", "type": "value_error"}]), 422)
    assert cli.run("slot", "create", "chat", "-m", "m").stderr == "hal0: the request is wrong: port: too small\n"


def test_edit_sends_only_what_changes_and_says_what_waits(peer, cli):
    drift = {"drifted": True, "diffs": [{"key": "context_size", "running": 4096, "rendered": 8192}]}
    peer.on("PUT", "/api/slots/chat/config", slot("chat", "ready", config_drift=drift))
    run = cli.run("slot", "edit", "chat", "--ctx-size", "8192", "--idle-timeout", "0", "--extra-args", "", "--disabled")
    assert peer.asked("PUT") == [("/api/slots/chat/config", {"model": {"context_size": 8192}, "idle_timeout_s": 0, "server": {"extra_args": None}, "enabled": False})]
    assert "context_size runs as 4096" in run.stdout and "hal0 slot restart chat" in run.stdout


@pytest.mark.parametrize("empty", [["--extra-args", ""], ["--extra-args="]])
def test_an_empty_value_takes_the_key_out(peer, cli, empty):
    peer.on("PUT", "/api/slots/chat/config", slot("chat"))
    assert cli.run("slot", "edit", "chat", *empty).returncode == 0
    assert peer.asked("PUT") == [("/api/slots/chat/config", {"server": {"extra_args": None}})]


def test_delete_asks_first(peer, cli, on_terminal):
    peer.on("GET", "/api/slots/chat", slot("chat"))
    peer.on("DELETE", "/api/slots/chat", {"name": "chat", "deleted": True})
    assert cli.run("slot", "delete", "chat").returncode == 1
    for answer, status in (("n\n", 1), ("y\n", 0)):
        run = on_terminal("slot", "delete", "chat")
        run.read("[y/N]")
        assert not peer.asked("DELETE")
        run.write(answer)
        assert run.wait() == status
    assert len(peer.asked("DELETE")) == 1
    assert cli.run("slot", "delete", "chat", "-f").stdout == "Deleted slot chat.\n"


@pytest.mark.parametrize("code, status", [("slot.busy", 409), ("slot.spawn_failed", 500)])
def test_a_slot_that_is_still_there_is_not_deleted(peer, cli, code, status):
    peer.on("DELETE", "/api/slots/chat", error(code, "slot chat is still there"), status)
    run = cli.run("slot", "delete", "chat", "-f")
    assert (run.returncode, run.stdout, run.stderr) == (1, "", "hal0: slot chat is still there\n")


def test_models(peer, cli):
    peer.on("POST", "/api/models", {}, 201)
    peer.on("DELETE", "/api/models/org%2Fm%3Aq4", {})
    assert cli.run("model", "add", "org/m:q4", "/m/x.gguf").returncode == 0
    assert cli.run("model", "remove", "org/m:q4").returncode == 0
    assert peer.asked("POST") == [("/api/models", {"id": "org/m:q4", "path": "/m/x.gguf"})]


@pytest.mark.parametrize("installed, said", [(True, ""), (False, "hal0: there is no file /m/x.gguf yet: a slot with this model does not start before it is there\n")])
def test_a_model_whose_file_is_not_there_yet(peer, cli, installed, said):
    peer.on("POST", "/api/models", {"id": "m", "installed": installed}, 201)
    run = cli.run("model", "add", "m", "/m/x.gguf")
    assert (run.returncode, run.stdout, run.stderr) == (0, "Registered model m.\n", said)


@pytest.mark.parametrize("words", [[], ["slot"], ["slot", "nonsense"], ["slot", "edit", "chat"], ["slot", "load"], ["slot", "load", "../x"], ["slot", "show", ""], ["slot", "create", "chat"],
                                   ["slot", "create", "chat", "-m", "m", "-t", "x"], ["slot", "create", "chat", "-m", "m", "-p", "8o"], ["slot", "list", "--nonsense"],
                                   ["slot", "edit", "chat", "--enabled", "--disabled"], ["slot", "logs", "chat", "-n", "0"], ["completion", "csh"]])
def test_wrong_usage_asks_nobody(peer, cli, words):
    run = cli.run(*words)
    assert (run.returncode, run.stdout, peer.requests) == (2, "", [])
    assert run.stderr.startswith("hal0: ") and run.stderr.count("\n") == 1 and "--help" in run.stderr


@pytest.mark.parametrize("words, what", [(["nonsense"], "hal0 nonsense"), (["slot", "nonsense", "chat"], "hal0 slot nonsense")])
def test_a_command_that_there_is_not_is_named(cli, words, what):
    assert cli.run(*words).stderr == f"hal0: There is no '{what}'; see {what.rsplit(' ', 1)[0]} --help\n"


SLOT = ["list", "show", "status", "create", "load", "unload", "restart", "swap", "edit", "delete", "logs"]


@pytest.mark.parametrize("words", [["slot", verb] for verb in SLOT] + [["model", verb] for verb in ("list", "add", "remove")] + [["profile", "list"], ["status"], ["completion"]])
def test_help_has_an_example(cli, words):
    run = cli.run(*words, "--help")
    assert run.returncode == 0 and "Example:" in run.stdout


def test_a_dead_port_says_how_to_start_the_api(peer, cli):
    peer.close()
    run = cli.run("slot", "list")
    assert run.returncode == 1 and peer.url in run.stderr and "systemctl start hal0-http.socket" in run.stderr


def test_a_server_that_hangs_is_an_error_after_a_time(peer, cli):
    peer.answers["GET", "/api/slots"] = HANG
    run = cli.run("slot", "list", HAL0_API_TIMEOUT="0.3")
    assert run.returncode == 1 and "has not answered for 0.3 s" in run.stderr


@pytest.mark.parametrize("status, body", [(200, "<html>"), (502, "<html>"), (200, b"\xff\xfe"), (204, "")])
def test_somebody_elses_server_is_an_error(peer, cli, status, body):
    peer.on("GET", "/api/slots", body, status)
    run = cli.run("slot", "list")
    assert run.returncode == 1 and "is that hal0's API?" in run.stderr


@pytest.mark.parametrize("body", [[], {"models": 1}, {"models": [1]}, "null"])
def test_json_of_another_shape_is_no_crash(peer, cli, body):
    peer.on("GET", "/api/models", body)
    run = cli.run("model", "list")
    assert run.returncode in (0, 1) and "json.exception" not in run.stderr


def test_the_token_and_the_address(peer, cli):
    peer.on("GET", "/api/slots", [])
    assert cli.run("slot", "list", "--api-url", peer.url, HAL0_TOKEN="secret", HAL0_API_URL="http://127.0.0.1:1").returncode == 0
    assert peer.requests[0][3]["Authorization"] == "Bearer secret"
    assert cli.run("slot", "list", HAL0_API_URL="https://x").returncode == 1
    peer.on("GET", "/api/slots", error("auth.required", "a token is needed"), 401)
    assert "HAL0_TOKEN" in cli.run("slot", "list").stderr


def test_a_full_disk_is_a_failure(peer, cli):
    peer.on("GET", "/api/slots", [])
    with open("/dev/full", "w", encoding="utf-8") as full:
        run = subprocess.run([os.environ["HAL0"], "slot", "list"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=20, env=cli.environment)
    assert run.returncode == 1 and "cannot write" in run.stderr
