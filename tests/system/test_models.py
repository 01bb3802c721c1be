"""From a model id to a file that the container can read, or a sentence why not."""

import json

import pytest

STORE = "/mnt/ai-models"
REGISTRY = "/var/lib/hal0/registry/registry.toml"


@pytest.fixture
def make_file(machine):
    """make_file(path): a copy of the tiny model; removed afterwards."""
    made = []

    def make(path):
        made.append(path)
        machine.run("cp", f"{STORE}/tiny.gguf", path)
    yield make
    machine.remove(*made)


@pytest.fixture
def fails_to_start(make_slot):
    """Starts a slot with this model, which must fail before there is a container, and returns the sentence."""
    def start(model):
        slot = make_slot(model={"default": model})
        assert slot.start(check=False).returncode != 0
        sentence = next(line for line in slot.log().splitlines() if model in line)
        assert not slot.times("container create")
        return sentence
    return start


def test_model_that_is_not_in_the_registry(fails_to_start):
    sentence = fails_to_start("no-such-model")
    assert f"model 'no-such-model' is not in the registry {REGISTRY}, which has tiny" in sentence


def test_reason_is_the_units_status(make_slot):
    slot = make_slot(model={"default": "no-such-model"})
    slot.start(check=False)
    assert slot.status_text.startswith("model 'no-such-model' is not in the registry")
    assert "model 'no-such-model' is not in the registry" in slot.status()


def test_model_file_that_is_missing(fails_to_start, add_model):
    add_model("gone", f"{STORE}/gone.gguf")
    sentence = fails_to_start("gone")
    assert f"{STORE}/gone.gguf: No such file or directory" in sentence
    assert f"({REGISTRY}:" in sentence


def test_model_outside_the_store(fails_to_start, add_model, make_file):
    make_file("/opt/outside.gguf")
    add_model("outside", "/opt/outside.gguf")
    assert f"/opt/outside.gguf is outside the model store {STORE}" in fails_to_start("outside")


def test_model_outside_the_store_through_a_path_with_dots(fails_to_start, add_model, make_file):
    make_file("/mnt/beside.gguf")
    add_model("beside", f"{STORE}/../beside.gguf")
    assert f"outside the model store {STORE}" in fails_to_start("beside")


def test_model_outside_the_store_through_a_link(machine, fails_to_start, add_model, make_file):
    make_file("/opt/target.gguf")
    make_file(f"{STORE}/link.gguf")
    machine.run("ln", "--symbolic", "--force", "/opt/target.gguf", f"{STORE}/link.gguf")
    add_model("link", f"{STORE}/link.gguf")
    assert f"{STORE}/link.gguf is outside the model store {STORE}" in fails_to_start("link")


def test_registry_that_is_absent(machine, fails_to_start, keep_file):
    keep_file(REGISTRY)
    machine.remove(REGISTRY)
    assert f"model 'tiny' cannot be looked up: there is no registry {REGISTRY}" in fails_to_start("tiny")


def test_registry_that_is_broken(machine, fails_to_start, keep_file):
    keep_file(REGISTRY)
    machine.write(REGISTRY, "[models.tiny\n")
    assert f"{REGISTRY}:1:" in fails_to_start("tiny")


@pytest.mark.parametrize("name", ["a b.gguf", "it's.gguf", 'say "x".gguf', "$HOME ${HAL0_PORT} $$.gguf", "50% %i %n.gguf",
                                  "back\\slash.gguf", "übung.gguf", "--port 1.gguf"])
def test_odd_file_names_work_for_real(llama, machine, make_slot, make_file, add_model, name):
    """No part of a file's name is anything but a name, through registry, start.env, unit, podman and llama-server."""
    path = f"{STORE}/{name}"
    make_file(path)
    add_model("odd", path)
    slot = make_slot(profile="test", model={"default": "odd"})
    slot.start()
    command = machine.run("cat", f"/proc/{slot.processes('llama-server')[0]}/cmdline").stdout.split("\0")
    assert command[command.index("--model") + 1] == path
    status, answer = slot.complete()
    assert status == 200 and json.loads(answer)["tokens_predicted"] > 0


def test_slot_without_a_model(make_slot):
    slot = make_slot()
    slot.start()
    slot.stop()
    assert slot.left_behind() == {}
