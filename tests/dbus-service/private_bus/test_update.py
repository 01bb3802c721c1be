"""Update: checks the whole result, touches only what changes, and leaves a running slot alone."""

import tomllib

import pytest
from gi.repository import GLib

from client import REMOVE, pump
from hal0 import dictionary
from test_load import refused

TEXT = """# my slot
port = {port}   # keep
device = "cpu"

# the model
[model]
default = "alpha" # mine
context_size = 4096
unknown = [1,
  2]   # odd

[server]
extra_args = "--a"
"""


@pytest.fixture
def slot(host, root):
    root.slot("chat", TEXT.format(port=root.ports + 10))
    return host.start().slot("chat")


def test_a_change_touches_its_line_only(slot, root, systemd):
    before = root.config("chat")
    slot.update(model={"context_size": 8192})
    assert root.config("chat") == before.replace("4096", "8192")
    assert slot.wait(ContextSize=8192)["State"] == "offline"
    assert systemd.reload_count() == 1 and systemd.jobs_asked() == []


def test_tables_merge_at_every_depth(slot, root):
    slot.update(model={"labels": ["x"]}, limits={"memory_max": "8G"}, future={"a": {"b": 1}})
    slot.update(future={"a": {"c": 2}})
    keys = tomllib.loads(root.config("chat"))
    assert keys["model"] == {"default": "alpha", "context_size": 4096, "unknown": [1, 2], "labels": ["x"]}
    assert keys["limits"] == {"memory_max": "8G"} and keys["future"] == {"a": {"b": 1, "c": 2}}
    assert "# keep" in root.config("chat") and "# odd" in root.config("chat")
    assert "MemoryMax=8G" in root.read("run/systemd/generator/hal0-slot@chat.service.d/50-hal0-generated.conf")


def test_an_empty_signature_removes_a_key(slot, root):
    slot.update(model={"context_size": REMOVE, "unknown": REMOVE}, server=REMOVE, nobody=REMOVE)
    keys = tomllib.loads(root.config("chat"))
    assert keys["model"] == {"default": "alpha"}
    assert not keys.get("server")
    assert slot.wait(ContextSize=4096)["DefaultModel"] == "alpha"


def test_removing_what_is_required_is_refused(slot, root):
    before = root.config("chat")
    assert refused(slot.update, port=REMOVE) == "InvalidConfig"
    assert root.config("chat") == before


def test_device_moves_the_profile_and_back(slot, root):
    slot.update(device="gpu-rocm")
    slot.wait(Device="gpu-rocm", Profile="rocm", Backend="rocm")
    slot.update(profile="vulkan")
    slot.wait(Device="gpu-vulkan", Profile="vulkan")
    slot.update(profile="cpu", device="cpu")
    slot.wait(Device="cpu", Profile="cpu")
    assert refused(slot.update, profile="rocm", device="cpu") == "InvalidConfig"
    assert refused(slot.update, profile="nobody") == "NoSuchProfile"


def test_nested_files_stay_nested(host, root):
    root.slot("nested", f"[slot]\nport = {root.ports + 11}\n[slot.model]\ndefault = \"alpha\"\n")
    slot = host.start().slot("nested")
    slot.update(model={"default": "beta"}, idle_timeout_s=5)
    keys = tomllib.loads(root.config("nested"))
    assert keys == {"slot": {"port": root.ports + 11, "idle_timeout_s": 5, "model": {"default": "beta"}}}


WRONG = {
    "port 80": ({"port": 80}, "InvalidConfig"),
    "another name": ({"name": "other"}, "InvalidConfig"),
    "a type that is none": ({"type": "video"}, "InvalidConfig"),
    "an unknown model": ({"model": {"default": "nobody"}}, "NoSuchModel"),
    "a word for a number": ({"idle_timeout_s": "soon"}, "InvalidConfig"),
    "one right, one wrong": ({"idle_timeout_s": 5, "model": {"context_size": 0}}, "InvalidConfig"),
    "a type without TOML": ({"future": GLib.Variant("o", "/a")}, "InvalidConfig"),
    "a signature": ({"future": GLib.Variant("g", "s")}, "InvalidConfig"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_touches_nothing(slot, root, systemd, case):
    before = root.files()
    changes, kind = WRONG[case]
    assert refused(slot.update, changes) == kind
    assert root.files() == before and systemd.reload_count() == 0


def test_a_port_of_another_slot(host, root):
    root.slot("a")
    root.slot("b", number=11)
    hal0 = host.start()
    assert refused(hal0.slot("b").update, port=root.ports + 10) == "PortInUse"
    hal0.slot("b").update(port=root.ports + 11)  # its own


def test_no_change_is_legal(slot, root):
    before = root.config("chat")
    slot.update({})
    slot.update(device="cpu")
    assert root.config("chat") == before


def test_a_running_slot_is_left_alone(slot, systemd):
    slot.load()
    slot.wait(State="ready")
    slot.update(model={"context_size": 8192})
    shown = slot.wait(NeedsRestart=True)
    assert ("4096", "8192") in [(running, configured) for _, running, configured in shown["Drift"]]
    assert systemd.jobs_asked() == [("start", "hal0-slot@chat.service")] and shown["State"] == "ready"
    slot.update(idle_timeout_s=50)
    assert len(slot.wait(IdleTimeout=50)["Drift"]) == 1, "what needs no restart is no drift"


def test_disabling_unloads(slot, systemd):
    slot.load()
    slot.wait(State="ready")
    slot.update(enabled=False)
    slot.wait(State="offline", Enabled=False)
    assert refused(slot.load) == "Disabled"


def disable_by_update(slot):
    slot.update(enabled=False)


def disable_by_text(slot):
    slot.set_config("enabled = false\n" + slot.config())


@pytest.mark.parametrize("disable", [disable_by_update, disable_by_text])
def test_disabling_unloads_a_stopped_slot(slot, root, systemd, disable):
    """Who enables it again has not loaded it."""
    slot.load()
    slot.wait(State="ready")
    systemd.systemctl("stop", "chat")
    slot.wait(State="offline", Loaded=True)
    disable(slot)
    assert not root.is_loaded("chat")
    slot.wait(State="offline", Loaded=False, Enabled=False)
    slot.update(enabled=True)
    assert not root.exists("run/systemd/generator/hal0-slots.target.wants/hal0-slot@chat.service")


@pytest.mark.parametrize("disable", [disable_by_update, disable_by_text])
def test_disabling_a_failed_slot_ends_the_error(slot, root, systemd, disable):
    systemd.script("chat", fail_in="start-post")
    slot.load()
    pump(lambda: (systemd.state("chat") or {}).get("active") == "failed", "it failed")
    slot.wait(State="error")
    disable(slot)
    slot.wait(State="offline", StateMessage="", Loaded=False)
    assert not root.is_loaded("chat")
    pump(lambda: systemd.state("chat") is None, "systemd has forgotten the failure")


def test_disabling_ends_automatic_restarts(slot, root, systemd):
    systemd.script("chat", fail_in="start-post", restart_ms=60000)
    slot.load()
    pump(lambda: (systemd.state("chat") or {}).get("sub") == "auto-restart", "it waits for a restart")
    slot.update(enabled=False)
    slot.wait(State="offline", Loaded=False)
    assert systemd.state("chat") is None


def test_an_edit_of_a_disabled_slot_that_is_stopped_asks_systemd_for_nothing_but_a_reload(slot, systemd):
    slot.update(enabled=False)
    slot.update(model={"context_size": 8192})
    assert systemd.jobs_asked() == []


def test_an_editors_change_in_between_is_not_overwritten(slot, root):
    for number in range(20):
        root.slot("chat", root.config("chat").replace("# my slot", f"# my slot, {number}\n# my slot", 1))
        slot.update(idle_timeout_s=number + 1)
        assert f"# my slot, {number}\n" in root.config("chat") and f"idle_timeout_s = {number + 1}\n" in root.config("chat")


def test_updates_at_once_are_all_there(slot, root):
    calls = [slot.begin("Update", dictionary({f"k{number}": number})) for number in range(30)]
    for call in calls:
        assert call.wait().error is None, call.error
    keys = tomllib.loads(root.config("chat"))
    assert {key: value for key, value in keys.items() if key.startswith("k")} == {f"k{number}": number for number in range(30)}


# --- reading -----------------------------------------------------------------------------------------------

def test_get_config_is_the_file_byte_for_byte(slot, root):
    assert slot.config() == root.config("chat")
    text = root.slot("chat", "broken [ \u00fc\r\n\t# \u2028 end without newline")
    assert slot.config() == text


def test_get_config_of_a_file_that_is_no_text_is_an_error(slot, root):
    with open(f"{root.path}/etc/hal0/slots/chat.toml", "wb") as file:
        file.write(b"a = \"\xff\"\n")
    assert refused(slot.config) == "InvalidConfig"


def test_get_command_says_what_a_start_would_run_and_why(slot, systemd):
    command = slot.command()
    assert command[0] == ("ghcr.io/ggml-org/llama.cpp:server", "profile")
    words = [word for word, _ in command]
    assert {source for _, source in command} <= {"hal0", "model", "profile", "slot", "extra_args"}
    for flag, source in (("--host", "hal0"), ("--port", "slot"), ("--model", "model"), ("--ctx-size", "slot"), ("--a", "extra_args")):
        assert command[words.index(flag)] == (flag, source)
    assert words[words.index("--model") + 1] == "/mnt/ai-models/alpha.gguf"


def test_get_command_of_a_broken_file(slot, root):
    root.slot("chat", "port = 80\n")
    assert refused(slot.command) == "InvalidConfig"
    pump(lambda: slot.get("State") == "error", "it is an error")
