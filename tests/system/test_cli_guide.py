"""The guide of docs/cli.md as a user follows it, on real containers: what is typed, what it says, and what the machine then is."""

import json

import pytest

from machine import wait_until

SECOND = "second"
FAR = 90


class Guide:
    """The command line in the machine, and a slot's name that is the test's own."""

    def __init__(self, machine, slot):
        self.machine, self.slot, self.name = machine, slot, slot.name

    def hal0(self, *words, status=0):
        run = self.machine.run("hal0", *words, check=False, timeout=FAR)
        assert run.returncode == status, f"hal0 {words} ended with {run.returncode}: {run.stdout}{run.stderr}"
        return run.stdout if status == 0 else run.stderr

    def create(self, *words):
        return self.hal0("slot", "create", self.name, "--model", "tiny", "--port", self.slot.port, "--profile", "test", *words)

    def get(self):
        return json.loads(self.hal0("slot", "show", self.name, "--json"))["status"]


@pytest.fixture
def guide(machine, make_slot, add_model, llama):
    add_model(SECOND, "/mnt/ai-models/tiny.gguf")
    return Guide(machine, make_slot.unwritten())


def test_create_starts_nothing(guide):
    said = guide.create("--type", "embedding", "--ctx-size", "256")
    assert f"hal0 slot load {guide.name}" in said
    shown = guide.get()
    assert (shown["state"], shown["type"], shown["port"], shown["ctx_max"]) == ("offline", "embedding", guide.slot.port, 256)
    assert guide.slot.state == "inactive" and guide.slot.container_id() == ""
    assert guide.name in guide.hal0("slot", "list")
    assert "slot" in guide.hal0("slot", "create", guide.name, "--model", "tiny", status=1), "the name is taken"


def test_load_returns_when_the_model_answers(guide):
    guide.create()
    said = guide.hal0("slot", "load", guide.name)
    assert guide.slot.health() == 200
    assert said.splitlines()[-1].startswith(f"Slot {guide.name} is ready: model tiny on port {guide.slot.port}")
    assert guide.hal0("slot", "status", guide.name).startswith(f"{guide.name}: ready")
    guide.hal0("slot", "unload", guide.name)
    assert guide.slot.left_behind() == {}


def test_a_model_that_is_not_there(guide):
    guide.create()
    assert "nobody" in guide.hal0("slot", "load", guide.name, "--model", "nobody", status=1)
    assert guide.slot.state == "inactive"


def test_a_start_that_fails_says_why(guide, add_model):
    guide.machine.write("/mnt/ai-models/junk-of-guide.gguf", "this is no model\n")
    add_model("junk", "/mnt/ai-models/junk-of-guide.gguf")
    try:
        guide.create()
        said = guide.hal0("slot", "load", guide.name, "--model", "junk", status=1)
        assert said.startswith(f"hal0: slot {guide.name}: ") and "The last lines of its log" in said
    finally:
        guide.machine.remove("/mnt/ai-models/junk-of-guide.gguf")


def test_swap_for_good_and_for_now(guide):
    guide.create()
    guide.hal0("slot", "load", guide.name)
    guide.hal0("slot", "swap", guide.name, "--model", SECOND, "--no-persist")
    assert (guide.get()["model_id"], guide.get()["model_default"]) == (SECOND, "tiny")
    guide.hal0("slot", "restart", guide.name)
    assert guide.get()["model_id"] == "tiny"
    guide.hal0("slot", "swap", guide.name, "--model", SECOND)
    assert (guide.get()["model_id"], guide.get()["model_default"]) == (SECOND, SECOND)
    assert f'"{SECOND}"' in guide.machine.read(guide.slot.file)


def test_edit_waits_for_a_restart_and_says_so(guide):
    guide.create()
    guide.hal0("slot", "load", guide.name)
    container = guide.slot.container_id()
    assert f"hal0 slot restart {guide.name}" in guide.hal0("slot", "edit", guide.name, "--ctx-size", "512")
    assert guide.slot.container_id() == container
    assert "warning: " in guide.hal0("slot", "status", guide.name)
    guide.hal0("slot", "restart", guide.name)
    assert "warning: " not in guide.hal0("slot", "status", guide.name)


def test_logs_are_followed(guide):
    guide.create()
    process = guide.machine.popen("timeout", FAR, "hal0", "slot", "logs", guide.name, "--follow", stdout=-1)
    try:
        guide.hal0("slot", "load", guide.name)
        wait_until(lambda: "llama" in process.stdout.readline() or "server" in process.stdout.readline(), "a line of the server's")
        assert guide.hal0("slot", "logs", guide.name, "--lines", "5").strip()
    finally:
        process.terminate()
        process.wait()


def test_what_systemctl_does_is_seen_by_who_watches(guide):
    guide.create()
    process = guide.machine.popen("timeout", FAR, "hal0", "slot", "list", "--watch", stdout=-1)
    try:
        guide.slot.start()
        wait_until(lambda: process.stdout.readline().startswith(f"{guide.name}: ready"), "the slot is seen to be ready")
    finally:
        process.terminate()
        process.wait()


def test_delete(guide):
    guide.create()
    guide.hal0("slot", "load", guide.name)
    assert "--force" in guide.hal0("slot", "delete", guide.name, status=1)
    guide.hal0("slot", "delete", guide.name, "--force")
    assert not guide.machine.exists(guide.slot.file)
    wait_until(lambda: not guide.slot.left_behind(), "nothing is left of it")
    assert "no slot" in guide.hal0("slot", "status", guide.name, status=1)


def test_without_the_bridge_it_says_how_to_start_it(machine):
    run = machine.run("hal0", "--api-url", "http://localhost:1", "slot", "list", check=False)
    assert run.returncode == 1 and "systemctl start hal0-http.socket" in run.stderr
