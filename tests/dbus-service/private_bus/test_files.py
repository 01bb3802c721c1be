"""What an editor does to the files shows without a call."""

import os

from client import OBJECT_MANAGER, SLOT, pump, pump_for


def test_an_edit_shows(chat, root, host):
    root.slot("chat", f"port = {root.ports + 12}\nidle_timeout_s = 9\n[model]\ndefault = \"beta\"\n")
    shown = chat.wait(Port=root.ports + 12, IdleTimeout=9, DefaultModel="beta")
    assert (shown["Model"], shown["State"]) == ("beta", "offline")
    changed = {key: value for values in chat.changes() for key, value in values.items()}
    assert (changed["Port"], changed["IdleTimeout"], changed["DefaultModel"]) == (root.ports + 12, 9, "beta")
    assert changed["Config"]["idle_timeout_s"] == 9


def test_an_edit_in_place_shows(chat, root):
    """As `echo >>` does it: no new file."""
    with open(f"{root.path}/etc/hal0/slots/chat.toml", "a", encoding="utf-8") as file:
        file.write("context_size = 2048\n")
    chat.wait(ContextSize=2048)


def test_an_edit_of_a_running_slot_needs_a_restart(chat, root, systemd):
    chat.load()
    chat.wait(State="ready")
    root.slot("chat", root.config("chat").replace("alpha", "beta"))
    shown = chat.wait(NeedsRestart=True)
    assert (shown["Model"], shown["DefaultModel"], shown["State"]) == ("alpha", "beta", "ready")
    assert any("alpha" in running and "beta" in configured for _, running, configured in shown["Drift"])
    root.slot("chat", root.config("chat").replace("beta", "alpha"))
    chat.wait(NeedsRestart=False, Drift=[])
    assert systemd.jobs_asked() == [("start", "hal0-slot@chat.service")]


def test_an_edit_is_honoured_by_the_next_load(chat, root, systemd):
    root.slot("chat", root.config("chat").replace("alpha", "beta").replace(str(root.ports + 10), str(root.ports + 13)))
    chat.load()
    shown = chat.wait(State="ready")
    assert (shown["Model"], shown["Port"], shown["Drift"]) == ("beta", root.ports + 13, [])


def test_a_new_file_is_a_new_object(chat, root, host):
    host.client.seen()
    host.client.signals.clear()
    root.slot("fresh", number=11)
    added = pump(lambda: host.client.seen("InterfacesAdded"), "the object appears")
    path, interfaces = added[0].values.unpack()
    assert path == host.hal0.slot("fresh").path and interfaces[SLOT]["Name"] == "fresh"
    assert interfaces[SLOT] == host.hal0.slot("fresh").all()
    assert added[0].interface == OBJECT_MANAGER and added[0].path == "/dev/hal0/Slots1"


def test_a_new_file_is_there_after_a_daemon_reload(chat, root, host):
    """Whoever asked for the reload and then for the slot."""
    for number in range(5):
        name = f"fresh-{number}"
        root.slot(name, number=11 + number)
        host.client.call("/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "Reload", destination="org.freedesktop.systemd1")
        assert host.hal0.slot(name).get("State") == "offline"


def test_a_new_file_can_be_loaded_at_once(chat, root, host):
    root.slot("fresh", number=11)
    fresh = host.hal0.slot("fresh")
    pump(lambda: "fresh" in host.hal0.slots(), "the object appears")
    fresh.load()
    fresh.wait(State="ready")


def test_a_removed_file_is_a_removed_object(chat, root, host):
    root.slot("other", number=11)
    pump(lambda: host.hal0.slots() == ["chat", "other"], "the object appears")
    root.remove("etc/hal0/slots/other.toml")
    removed = pump(lambda: host.client.seen("InterfacesRemoved"), "the object disappears")
    path, interfaces = removed[0].values.unpack()
    assert path == host.hal0.slot("other").path and SLOT in interfaces
    assert host.hal0.slots() == ["chat"]


def test_a_broken_file_is_an_error_that_says_where(chat, root, host):
    root.slot("chat", "port = 8081\n[model\n")
    shown = chat.wait(State="error")
    assert "/etc/hal0/slots/chat.toml:2" in shown["StateMessage"]
    assert (shown["Type"], shown["Port"], shown["Config"]) == ("", 0, {}) or shown["Config"] == {}
    (file, line, message), = host.hal0.get("Problems")
    assert file.endswith("/etc/hal0/slots/chat.toml") and line == 2 and message
    root.slot("chat")
    chat.wait(State="offline", StateMessage="")
    pump(lambda: host.hal0.get("Problems") == [], "there are no problems left")


def test_a_wrong_value_does_not_hide_the_others(host, root):
    root.slot("bad", "# a comment\nport = 80\n")
    root.slot("good")
    hal0 = host.start()
    assert hal0.slots() == ["bad", "good"]
    shown = hal0.slot("bad").all()
    assert shown["State"] == "error" and "/etc/hal0/slots/bad.toml:2" in shown["StateMessage"] and "80" in shown["StateMessage"]
    assert shown["Config"] == {"port": 80}
    assert hal0.slot("good").get("State") == "offline"


def test_a_file_that_breaks_under_a_running_slot(chat, root, systemd):
    chat.load()
    chat.wait(State="ready")
    root.slot("chat", "port = nonsense\n")
    shown = chat.wait(StateMessage=lambda text: "chat.toml:1" in text)
    assert shown["State"] == "ready"
    assert (shown["Port"], shown["Model"]) == (root.ports + 10, "alpha"), "those of the server that runs"
    chat.unload()
    chat.wait(State="error", Port=0, Model="")


def test_a_file_that_goes_under_a_running_slot(chat, root, host):
    chat.load()
    chat.wait(State="ready")
    root.remove("etc/hal0/slots/chat.toml")
    shown = chat.wait(StateMessage=lambda text: "the file is gone" in text)
    assert (shown["State"], shown["Port"], shown["Model"]) == ("ready", root.ports + 10, "alpha")
    chat.unload()
    pump(lambda: host.hal0.slots() == [], "the slot is gone, too")


def test_settings_that_break_under_a_running_slot(chat, root):
    chat.load()
    chat.wait(State="ready")
    root.write("etc/hal0/hal0.toml", "[slots\n")
    shown = chat.wait(StateMessage=lambda text: "hal0.toml:1" in text)
    assert (shown["State"], shown["Port"]) == ("ready", root.ports + 10)


def test_two_slots_with_one_port(host, root):
    root.slot("a")
    root.slot("b")
    hal0 = host.start()
    assert hal0.slot("a").get("State") == "offline"
    shown = hal0.slot("b").all()
    assert shown["State"] == "error" and "a" in shown["StateMessage"]
    root.remove("etc/hal0/slots/a.toml")
    hal0.slot("b").wait(State="offline")


def test_files_that_are_no_slots_are_passed_over(chat, root, host):
    for name in ("README", "chat.toml.bak", ".hidden.toml", "Upper.toml"):
        root.write(f"etc/hal0/slots/{name}", "port = 8081\n")
    pump_for(0.3)
    assert host.hal0.slots() == ["chat"]


def test_a_profile_of_the_admins(chat, root):
    root.write("etc/hal0/profiles.toml", '[profile.cpu]\nimage = "example.org/mine:1"\n')
    chat.wait(Image="example.org/mine:1")
    root.remove("etc/hal0/profiles.toml")
    chat.wait(Image="ghcr.io/ggml-org/llama.cpp:server")


def test_markers_and_settings_show(chat, root):
    root.write("etc/hal0/loaded/chat", "")
    chat.wait(Loaded=True)
    root.remove("etc/hal0/loaded/chat")
    chat.wait(Loaded=False)
    root.write("etc/hal0/hal0.toml", "[slots]\nidle_timeout_s = 55\n")
    chat.wait(IdleTimeout=55)


def test_a_folder_that_goes_and_comes_back(chat, root, host):
    os.rename(f"{root.path}/etc/hal0/slots", f"{root.path}/etc/hal0/slots.away")
    pump(lambda: host.hal0.slots() == [], "no slot is left")
    os.rename(f"{root.path}/etc/hal0/slots.away", f"{root.path}/etc/hal0/slots")
    pump(lambda: host.hal0.slots() == ["chat"], "the slot is back")
    root.slot("more", number=11)
    pump(lambda: host.hal0.slots() == ["chat", "more"], "the new folder is watched")


def test_reload_waits_until_a_change_has_arrived(chat, root, host):
    root.slot("sure", number=11)
    host.hal0.reload()
    assert host.hal0.slots() == ["chat", "sure"]
