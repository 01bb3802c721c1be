"""kill -9 at any moment: files are whole, nothing is left over, and no slot notices."""

import random
import tomllib

from client import pump, pump_for
from hal0 import dictionary


def test_killed_during_edits_every_file_is_whole(host, root, systemd):
    dice = random.Random(20)  # the same every time
    names = ["a", "b", "c"]
    for number, name in enumerate(names):
        root.slot(name, f"# {name}\nport = {root.ports + 10 + number}\ncount = -1\n[model]\ndefault = \"alpha\"\n")
    systemd.reloads(milliseconds=1)
    for _ in range(10):
        hal0 = host.start()
        assert root.strangers() == [], "what a killed hal0d left is gone after the next start"
        calls = [hal0.slot(dice.choice(names)).begin("Update", dictionary({"count": number, f"k{number}": "x" * 2000})) for number in range(50)]
        calls.append(host.client.begin("/dev/hal0/Slots1", "dev.hal0.Slots1.Models", "Add", hal0.create_arguments("new", {"path": "n"})))
        pump_for(dice.uniform(0.0, 0.25))
        host.kill()
        for name in names:
            keys = tomllib.loads(root.config(name))
            assert keys["model"] == {"default": "alpha"} and root.config(name).startswith(f"# {name}\n")
        assert "alpha" in tomllib.loads(root.read("var/lib/hal0/registry/registry.toml"))["models"]
    host.start()
    assert root.strangers() == []
    for name in names:
        assert host.hal0.slot(name).get("Config")["count"] == tomllib.loads(root.config(name))["count"]


def test_an_answered_edit_is_on_disk(host, root):
    root.slot("chat")
    for number in range(5):
        host.start().slot("chat").update(count=number)
        host.kill()
        assert tomllib.loads(root.config("chat"))["count"] == number


def test_a_running_slot_does_not_notice(chat, host, systemd):
    chat.load()
    chat.wait(State="ready")
    since = chat.get("ActiveSince")
    for _ in range(3):
        host.kill()
        host.start()
        assert (chat.get("State"), chat.get("Model"), chat.get("ActiveSince")) == ("ready", "alpha", since)
    assert systemd.jobs_asked() == [("start", "hal0-slot@chat.service")]


def test_killed_during_create_and_delete(host, root, systemd):
    dice = random.Random(3)
    systemd.reloads(milliseconds=20)
    for number in range(6):
        hal0 = host.start()
        host.client.begin("/dev/hal0/Slots1", "dev.hal0.Slots1.Manager", "CreateSlot", hal0.create_arguments(f"s{number}", {}))
        if number:
            hal0.slot(f"s{number - 1}").begin("Delete", dictionary({}))
        pump_for(dice.uniform(0.0, 0.08))
        host.kill()
        for path, text in root.files().items():
            if path.endswith(".toml"):
                tomllib.loads(text)
    hal0 = host.start()
    assert root.strangers() == []
    names = sorted(path.split("/")[-1][:-5] for path in root.files() if path.startswith("etc/hal0/slots/"))
    pump(lambda: hal0.slots() == names, "the objects are the files")
