"""Who may do what. Reading is everybody's; the rest is root's, the group's, or what polkit allows."""

import os
import subprocess
import time

import pytest
from gi.repository import GLib

from client import MANAGER, PROPERTIES, ROOT, SLOT, pump, pump_for
from processes import PATIENCE

NOBODY = 65534
CONTROL, CONFIGURE = "dev.hal0.slots.control", "dev.hal0.slots.configure"

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can call as somebody else")


class Stranger:
    """A user without rights, at another process."""

    def __init__(self, host):
        self.host = host

    def begin(self, path, interface, member, *arguments):
        command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "busctl", f"--address={self.host.bus.address}",
                   f"--timeout={PATIENCE}", "--verbose", "call", "dev.hal0.Slots1", path, interface, member, *arguments]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def call(self, *arguments):
        """(it worked, what was said)"""
        process = self.begin(*arguments)
        said = "".join(process.communicate(timeout=PATIENCE + 5))
        return process.returncode == 0, said


@pytest.fixture
def stranger(host, chat):
    return Stranger(host)


def calls(chat):
    """Every method that changes something, and its action."""
    return {"Load": (chat.path, SLOT, "Load", "a{sv}", "0"), "Unload": (chat.path, SLOT, "Unload", "a{sv}", "0"),
            "Restart": (chat.path, SLOT, "Restart", "a{sv}", "0"), "Swap": (chat.path, SLOT, "Swap", "sa{sv}", "beta", "0"),
            "PullImage": (chat.path, SLOT, "PullImage", "a{sv}", "0"),
            "Update": (chat.path, SLOT, "Update", "a{sv}", "1", "idle_timeout_s", "x", "5"), "Delete": (chat.path, SLOT, "Delete", "a{sv}", "0"),
            "SetConfig": (chat.path, SLOT, "SetConfig", "sa{sv}", "port = 8081\n", "0"),
            "CreateSlot": (ROOT, MANAGER, "CreateSlot", "sa{sv}", "fresh", "0"), "Reload": (ROOT, MANAGER, "Reload"),
            "Add": (ROOT, "dev.hal0.Slots1.Models", "Add", "sa{sv}", "fresh", "1", "path", "s", "a.gguf"),
            "Remove": (ROOT, "dev.hal0.Slots1.Models", "Remove", "s", "gamma")}


CONTROLS = {"Load", "Unload", "Restart", "Swap", "PullImage"}


def allow(host, *actions, delay_ms=0):
    host.client.call("/", "dev.hal0.Test.Polkit", "Allow", GLib.Variant("(asi)", (actions, delay_ms)), destination="dev.hal0.Test.Polkit")


def asked(host):
    return [action for _, action in host.client.call("/", "dev.hal0.Test.Polkit", "Asked", destination="dev.hal0.Test.Polkit")]


def test_reading_needs_no_rights(stranger, chat):
    for call in ((chat.path, PROPERTIES, "GetAll", "s", SLOT), (ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"),
                 (ROOT, MANAGER, "GetSlot", "s", "chat"), (ROOT, "dev.hal0.Slots1.Models", "List"),
                 (chat.path, SLOT, "GetConfig"), (chat.path, SLOT, "GetCommand")):
        worked, said = stranger.call(*call)
        assert worked, (call, said)


@pytest.mark.parametrize("polkit", ["absent", "denies"])
def test_a_stranger_may_change_nothing(stranger, chat, host, root, systemd, polkit):
    if polkit == "denies":
        host.start_polkit()
    before = root.files()
    for name, call in calls(chat).items():
        worked, said = stranger.call(*call)
        assert not worked and "may not" in said, (name, said)
    assert root.files() == before and systemd.jobs_asked() == [] and systemd.reload_count() == 0
    if polkit == "denies":
        assert asked(host) == [CONTROL if name in CONTROLS else CONFIGURE for name in calls(chat)]


def test_the_refusal_is_an_error_of_hal0s(stranger, chat, host):
    text = subprocess.run(["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "dbus-send", f"--bus={host.bus.address}",
                           "--print-reply", "--dest=dev.hal0.Slots1", ROOT, f"{MANAGER}.Reload"], capture_output=True, text=True, check=False).stderr
    assert "dev.hal0.Slots1.Error.NotAuthorized" in text


def test_what_polkit_allows(stranger, chat, host, root):
    host.start_polkit()
    allow(host, CONTROL)
    assert stranger.call(*calls(chat)["Load"])[0]
    chat.wait(State="ready")
    assert not stranger.call(*calls(chat)["Update"])[0], "control is not configure"
    allow(host, CONFIGURE, delay_ms=200)
    assert stranger.call(*calls(chat)["Update"])[0]
    assert "idle_timeout_s = 5" in root.config("chat")
    assert not stranger.call(*calls(chat)["Unload"])[0]


def test_root_does_not_wait_for_polkit(chat, host):
    host.start_polkit()
    allow(host, delay_ms=-1)
    chat.load()
    chat.wait(State="ready")
    assert asked(host) == []


def test_a_polkit_that_hangs_blocks_nobody_else(stranger, chat, host):
    host.start_polkit()
    allow(host, delay_ms=-1)
    waiting = [stranger.begin(*calls(chat)["Load"]) for _ in range(5)]
    pump(lambda: len(asked(host)) == 5, "polkit was asked five times")
    began = time.monotonic()
    assert chat.get("State") == "offline"
    chat.load()
    chat.wait(State="ready")
    assert time.monotonic() - began < 2
    for process in waiting:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("allowed", [CONTROL, CONFIGURE])
def test_a_caller_who_left_before_polkit_answered_gets_what_it_may(stranger, chat, host, systemd, allowed):
    """As dbus-send does, which waits for no reply."""
    host.start_polkit()
    allow(host, allowed, delay_ms=2000)
    process = stranger.begin(*calls(chat)["Load"])
    pump(lambda: asked(host), "polkit was asked")
    process.kill()
    process.communicate()
    assert systemd.jobs_asked() == []
    if allowed == CONTROL:
        chat.wait(State="ready")
    else:
        pump_for(2.5)
        assert systemd.jobs_asked() == [] and chat.get("State") == "offline"


def test_a_member_of_group_hal0_is_authorised(host, root):
    """With a group file of its own, in a mount namespace."""
    with open("/etc/group", encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("hal0:")]
    root.write("group", "".join(lines) + "hal0:x:61234:\n")
    os.chmod(f"{root.path}/group", 0o644)
    prefix = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/group && exec "$@"', f"{root.path}/group"]
    if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no mount namespace can be made here")
    root.slot("chat")
    chat = host.start(prefix).slot("chat")
    member = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--groups=61234", "busctl", f"--address={host.bus.address}", "call",
              "dev.hal0.Slots1", *calls(chat)["Load"]]
    done = subprocess.run(member, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    chat.wait(State="ready")
