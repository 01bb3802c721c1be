"""Slots over HTTP, on real containers: what is answered, and that systemd and D-Bus say the same."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bridge import make_slot  # noqa: F401  (fixture)
from hal0_bus import SlotOnBus
from machine import wait_until

TINY = {"default": "tiny"}


@pytest.fixture
def slot(make_slot, llama):
    return make_slot(profile="test", model=TINY)


def created(bridge, slot, **more):
    return bridge.ask("POST", "/api/slots", {"name": slot.name, "port": slot.port, "profile": "fault", "model": "tiny", **more})


def test_the_way_of_a_slot(bridge, machine, make_slot, llama):
    slot = make_slot.unwritten()
    made = created(bridge, slot, profile="test")
    assert (made.status, made.json["state"], made.json["model_id"]) == (201, "offline", "tiny")
    assert machine.exists(slot.file) and slot.state == "inactive", "nothing is started"

    loaded = bridge.ask("POST", f"/api/slots/{slot.name}/load")
    assert (loaded.status, loaded.json["state"], loaded.json["models"]) == (200, "ready", ["tiny"]), loaded.text
    assert slot.health() == 200 and slot.state == "active"
    shown = bridge.slot(slot.name)
    assert (shown["container_status"], shown["container_health"], shown["actual_image"]) == ("running", True, shown["image"])
    assert shown["resolved_command"][0] == shown["image"] and "--ctx-size" in shown["resolved_command"]
    assert slot.name in bridge.get("/api/slots/metrics").json and slot.name in bridge.get("/api/slots/capacity").json["per_slot"]

    stopped = bridge.ask("POST", f"/api/slots/{slot.name}/unload")
    assert (stopped.status, stopped.json["state"]) == (200, "offline")
    assert slot.state == "inactive" and slot.left_behind() == {}

    deleted = bridge.ask("DELETE", f"/api/slots/{slot.name}")
    assert (deleted.status, deleted.json) == (200, {"name": slot.name, "deleted": True})
    assert not machine.exists(slot.file) and bridge.get(f"/api/slots/{slot.name}").code == "slot.not_found"


def test_who_asks_finds_what_systemctl_did(bridge, slot):
    """No copy that grows stale: the answer is right as soon as systemctl has returned."""
    slot.start()
    assert wait_until(lambda: bridge.get(f"/api/slots/{slot.name}/state").json["state"] == "ready", "ready", timeout=3)
    slot.stop()
    assert wait_until(lambda: bridge.get(f"/api/slots/{slot.name}/state").json["state"] == "offline", "offline", timeout=3)


def test_an_editor_and_the_bridge_see_one_file(bridge, machine, slot):
    text = machine.read(slot.file)
    assert bridge.get(f"/api/slots/{slot.name}/config?format=toml").text == text
    slot.write(f"# mine\n{text}", reload=False)
    edited = bridge.ask("PUT", f"/api/slots/{slot.name}/config", {"model": {"context_size": 512}, "labels": ["a"]})
    assert edited.status == 200, edited.text
    after = machine.read(slot.file)
    assert after.startswith("# mine\n") and "context_size = 512" in after
    assert bridge.slot(slot.name)["ctx_max"] == 512 and bridge.get(f"/api/slots/{slot.name}/config").json["labels"] == ["a"]
    assert bridge.ask("PUT", f"/api/slots/{slot.name}/config", {"labels": None}).status == 200
    assert "labels" not in bridge.get(f"/api/slots/{slot.name}/config").json


def test_a_change_waits_for_a_restart(bridge, slot):
    bridge.ask("POST", f"/api/slots/{slot.name}/load")
    bridge.ask("PATCH", f"/api/slots/{slot.name}/defaults", {"context_size": 512})
    drift = bridge.slot(slot.name)["config_drift"]
    assert drift == {"drifted": True, "diffs": [{"key": "--ctx-size", "running": "4096", "rendered": "512"}]}
    restarted = bridge.ask("POST", f"/api/slots/{slot.name}/restart")
    assert (restarted.json["state"], restarted.json["config_drift"]["drifted"]) == ("ready", False)


def test_swap_back_when_the_other_model_fails(bridge, machine, slot, add_model):
    machine.write("/mnt/ai-models/no-model-http.gguf", "this is no model\n")
    add_model("junk", "/mnt/ai-models/no-model-http.gguf")
    try:
        bridge.ask("POST", f"/api/slots/{slot.name}/load")
        failed = bridge.ask("POST", f"/api/slots/{slot.name}/swap?wait=60", {"model_id": "junk"})
        assert (failed.status, failed.code) == (503, "slot.health_failed"), failed.text
        assert "junk" in failed.json["error"]["message"], failed.text
        wait_until(lambda: bridge.slot(slot.name)["state"] == "ready", "it is back")
        assert bridge.slot(slot.name)["model_id"] == "tiny" and slot.health() == 200
        assert "back on model 'tiny'" in failed.json["error"]["message"]
        assert failed.json["error"]["message"].count("ended before it answered") == 1
    finally:
        machine.remove("/mnt/ai-models/no-model-http.gguf")


def test_swap_for_good(bridge, slot, add_model):
    add_model("http-second", "/mnt/ai-models/tiny.gguf")
    bridge.ask("POST", f"/api/slots/{slot.name}/load")
    swapped = bridge.ask("POST", f"/api/slots/{slot.name}/swap", {"model_id": "http-second", "persist": True})
    assert (swapped.status, swapped.json["model_id"]) == (200, "http-second")
    assert bridge.slot(slot.name)["model_default"] == "http-second", "it is written when that is answered"
    assert bridge.ask("POST", f"/api/slots/{slot.name}/restart").json["model_id"] == "http-second"


def test_a_start_that_fails_is_an_error_with_its_reason(bridge, make_slot):
    slot = make_slot("exit-at-start=6", model=TINY)
    failed = bridge.ask("POST", f"/api/slots/{slot.name}/load")
    assert (failed.status, failed.code) == (503, "slot.health_failed")
    assert failed.json["error"]["details"]["state"] == "error" and "retry-after" not in failed.headers
    shown = wait_until(lambda: "fault-server was told to end with status 6" in (shown := bridge.slot(slot.name))["metadata"]["message"] and shown,
                       "the last line of its log")
    assert shown["container_status"] == "crashed"


def test_a_load_that_takes_longer_than_the_client_waits(bridge, make_slot):
    slot = make_slot("late=6", model=TINY)
    answer = bridge.ask("POST", f"/api/slots/{slot.name}/load?wait=1")
    assert answer.status == 200 and answer.json["state"] in ("starting", "warming") and 0.9 < answer.seconds < 6
    assert wait_until(lambda: bridge.slot(slot.name)["state"] == "ready", "ready all the same")


def test_a_client_that_leaves_stops_nothing(bridge, machine, make_slot):
    slot = make_slot("late=5", model=TINY)
    machine.run("timeout", "2", "curl", "--silent", "--request", "POST", f"http://127.0.0.1:8080/api/slots/{slot.name}/load?wait=60", check=False)
    slot.wait("it has been started all the same", ActiveState="active")


def test_who_has_said_all_is_told_at_once(bridge, machine, make_slot):
    slot = make_slot("late=20", model=TINY)
    script = f"""import socket
s = socket.create_connection(("127.0.0.1", 8080))
s.sendall(b"POST /api/slots/{slot.name}/load?wait=600 HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
s.shutdown(socket.SHUT_WR)
print(b"".join(iter(lambda: s.recv(65536), b"")).decode())"""
    answer = machine.run("python3", "-c", script, timeout=15).stdout
    assert answer.startswith("HTTP/1.1 200 ") and '"state":"' in answer
    wait_until(lambda: bridge.slot(slot.name)["state"] == "warming", "what it asked for goes on")


def test_who_waits_when_the_bridge_ends_is_told_how_the_slot_is(bridge, machine, make_slot):
    slot = make_slot("late=20", model=TINY)
    with ThreadPoolExecutor() as aside:
        waiting = aside.submit(bridge.ask, "POST", f"/api/slots/{slot.name}/load?wait=600")
        wait_until(lambda: bridge.slot(slot.name)["state"] == "warming", "it loads its model")
        machine.systemctl("restart", "hal0-http.service")
        answer = waiting.result(timeout=20)
    assert (answer.status, answer.json["state"]) == (200, "warming")


def test_two_who_want_different_things(bridge, make_slot):
    slot = make_slot("late=4", model=TINY)
    assert bridge.ask("POST", f"/api/slots/{slot.name}/load?wait=0").status == 200
    other = bridge.ask("DELETE", f"/api/slots/{slot.name}")
    assert other.status in (200, 409), other.text
    if other.status == 409:
        assert other.code == "slot.busy" and other.json["error"]["details"]["slot"] == slot.name


@pytest.mark.parametrize("method, path, body, status, code, details", [
    ("GET", "/api/slots/nobody", None, 404, "slot.not_found", {"slot": "nobody"}),
    ("GET", "/api/slots/..%2f..%2fetc", None, 404, None, {}),
    ("POST", "/api/slots/nobody/load", None, 404, "slot.not_found", {"slot": "nobody"}),
    ("POST", "/api/slots", {"model": "tiny"}, 400, "slot.name_required", {}),
    ("POST", "/api/slots", {"name": "No Name"}, 400, "slot.name_invalid", {}),
    ("POST", "/api/slots", {"name": "{name}"}, 409, "slot.exists", {"slot": "{name}"}),
    ("POST", "/api/slots", {"name": "sys-free", "model": "tiny", "profile": "fault", "port": "{port}"}, 409, "slot.port_in_use", {"port": "{port}", "used_by": "{name}"}),
    ("POST", "/api/slots", {"name": "sys-free", "model": "nobody", "profile": "fault"}, 404, "model.not_found", {"model_id": "nobody", "slot": "sys-free"}),
    ("POST", "/api/slots", {"name": "sys-free", "model": "tiny", "profile": "nobody"}, 404, "profiles.not_found", {"profile": "nobody"}),
    ("POST", "/api/slots", {"name": "sys-free", "port": 70000, "enabled": 1}, 422, "validation.invalid", {}),
    ("PUT", "/api/slots/{name}/config", {"device": "npu", "profile": "fault"}, 400, "slot.config_error", {}),
    ("PUT", "/api/slots/{name}/config?format=toml", "port = 'x'\n", 400, "slot.config_error", {"line": 1, "key": "port"}),
    ("PUT", "/api/slots/{name}/config?format=toml&replaces=00", "port = 1\n", 409, "slot.busy", {"slot": "{name}"}),
    ("PUT", "/api/slots/{name}/config", "{", 400, "request.invalid_json", {}),
    ("PUT", "/api/slots/{name}/config", "[]", 400, "request.not_an_object", {}),
    ("POST", "/api/slots/{name}/load", {"model_id": "nobody"}, 404, "model.not_found", {"model_id": "nobody", "slot": "{name}"}),
    ("POST", "/api/slots/{name}/load?wait=601", None, 422, "validation.invalid", {}),
    ("POST", "/api/slots/{name}/swap", {}, 400, "swap.missing_model", {}),
    ("POST", "/api/slots/{name}/backend", {}, 400, "backend.missing", {}),
    ("POST", "/api/slots/{name}/backend", {"backend": "abacus"}, 400, "backend.not_selectable", {}),
    ("PUT", "/api/install/slots/{name}/model", {"model_id": "nobody"}, 404, "model.not_found", {"model_id": "nobody", "slot": "{name}"}),
    ("GET", "/api/models/nobody", None, 404, "model.not_found", {"model_id": "nobody"}),
    ("DELETE", "/api/models/tiny", None, 409, "model.in_use", {"model_id": "tiny"}),
    ("POST", "/api/models", {"id": "x"}, 422, "validation.invalid", {}),
    ("GET", "/api/slots/{name}/logs?lines=0", None, 422, "validation.invalid", {}),
    ("GET", "/api/events?limit=x&since=y&severity=z", None, 422, "validation.invalid", {}),
    ("PATCH", "/api/slots", None, 405, "system.http_405", {}),
    ("GET", "/api/nobody", None, 404, "system.http_404", {}),
])
def test_errors(bridge, machine, make_slot, method, path, body, status, code, details):
    slot = make_slot(model=TINY)

    def filled(value):
        if isinstance(value, dict):
            return {key: filled(one) for key, one in value.items()}
        return slot.port if value == "{port}" else value.replace("{name}", slot.name) if isinstance(value, str) else value
    before = machine.read(slot.file)
    answer = bridge.ask(method, filled(path), body if isinstance(body, str) else filled(body))
    assert answer.status == status, answer.text
    error = answer.json["error"]
    assert code is None or error["code"] == code
    assert error["message"] and isinstance(error["details"], dict)
    assert error["details"].items() >= filled(details).items(), error
    assert len(answer.headers["x-request-id"]) == 32
    assert machine.read(slot.file) == before and not machine.exists("/etc/hal0/slots/sys-free.toml"), "nothing was touched"


def test_disabled(bridge, make_slot):
    slot = make_slot(model=TINY, enabled=False)
    refused = bridge.ask("POST", f"/api/slots/{slot.name}/load")
    assert (refused.status, refused.code) == (409, "slot.disabled")


def test_disabling_unloads(bridge, slot):
    bridge.ask("POST", f"/api/slots/{slot.name}/load")
    assert bridge.ask("PUT", f"/api/slots/{slot.name}/config", {"enabled": False}).status == 200
    slot.wait("stopped", ActiveState="inactive")


def test_choosing_the_hardware(bridge, make_slot):
    slot = make_slot(model=TINY)
    bridge.ask("POST", f"/api/slots/{slot.name}/load")
    answer = bridge.ask("POST", f"/api/slots/{slot.name}/backend", {"backend": "cpu"})
    assert (answer.status, answer.json["requested_backend"], answer.json["actual_backend"], answer.json["reloaded"]) == (200, "cpu", "cpu", True)
    assert answer.json["state"] == "ready"


def test_the_command_tells_what_it_leaves_out(bridge, make_slot):
    slot = make_slot(model=TINY, server={"extra_args": "--threads 2 -t 3"})
    command = bridge.get(f"/api/slots/{slot.name}/resolved").json
    assert command["removed"] == [{"flag": "--threads", "value": "2", "source": "extra_args", "set_by": "extra_args"}]
    assert command["argv"][-2:] == ["-t", "3"] and "--threads" not in command["argv"]


def test_a_broken_file_is_shown_with_its_error(bridge, make_slot):
    slot = make_slot.unwritten()
    slot.write("port = 'broken\n")
    shown = wait_until(lambda: (answer := bridge.get(f"/api/slots/{slot.name}")).status == 200 and answer.json, "the bridge knows it")
    assert shown["state"] == "error" and f"{slot.file}:1:" in shown["metadata"]["message"]
    assert bridge.get(f"/api/slots/{slot.name}/config?format=toml").text == "port = 'broken\n"
    assert bridge.get(f"/api/slots/{slot.name}/resolved").code == "slot.config_error"
    whole = f'port = {slot.port}\nprofile = "fault"\n'
    assert bridge.ask("PUT", f"/api/slots/{slot.name}/config?format=toml", whole).status == 200
    assert bridge.slot(slot.name)["state"] == "offline"


@pytest.mark.parametrize("kib", [65, 200, 1000])
def test_a_text_that_no_slot_has_is_a_wrong_one(bridge, make_slot, kib):
    slot = make_slot()
    refused = bridge.ask("PUT", f"/api/slots/{slot.name}/config?format=toml", "#" * (kib * 1024))
    assert (refused.status, refused.code) == (400, "slot.config_error")


def test_fetching_an_image_that_is_there(bridge, make_slot):
    slot = make_slot(model=TINY)
    begun = bridge.ask("POST", f"/api/slots/{slot.name}/pull")
    assert (begun.status, begun.json["slot_name"]) == (202, slot.name)
    stream = bridge.follow(f"/api/slots/{slot.name}/pull/stream", once=True)
    stream.until(stream.is_over, "the stream ends with the pull")
    assert stream.data()[-1]["state"] == "completed" and stream.data()[-1]["error"] is None
    assert bridge.slot(slot.name)["image_status"] == "present"


def test_all_see_the_same(bridge, machine, slot):
    bridge.ask("POST", f"/api/slots/{slot.name}/load")
    bus = SlotOnBus(machine, slot.name)
    shown = bridge.slot(slot.name)
    assert (shown["state"], shown["model_id"], shown["port"]) == (bus.get("State"), bus.get("Model"), bus.get("Port"))
    row = next(one for one in bridge.get("/api/slots").json if one["name"] == slot.name)
    assert {key: row[key] for key in ("name", "state", "port", "config_drift")} == {key: shown[key] for key in ("name", "state", "port", "config_drift")}
    assert f'hal0_slot_up{{slot="{slot.name}"}} 1' in bridge.get("/metrics").text.splitlines()
