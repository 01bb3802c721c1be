"""hal0d beside systemd: what others do shows, what systemd says while it reloads does not, and both may restart."""

import pytest

from client import SLOT, Error, pump, pump_for


def test_it_subscribes(chat, host, systemd):
    assert systemd.subscribers() == [host.client.owner()]


def test_what_systemctl_does_shows(chat, systemd):
    systemd.systemctl("start", "chat")
    chat.wait(State="ready")
    systemd.systemctl("restart", "chat")
    pump(lambda: chat.states()[-1] == "ready" and len(chat.states()) > 4, "it was restarted")
    systemd.systemctl("stop", "chat")
    chat.wait(State="offline")
    assert chat.get("Loaded") is False
    assert systemd.jobs_asked() == []


def test_nonsense_during_a_reload_is_ignored(chat, host, systemd):
    chat.load()
    before = chat.wait(State="ready", Models=["alpha"])
    chat.forget_signals()
    systemd.reloads(milliseconds=150)
    for _ in range(3):
        host.hal0.reload()
        assert chat.get("State") == "ready"
    pump_for(0.2)
    assert chat.states() == [] and chat.all()["StateChangedAt"] == before["StateChangedAt"]
    assert host.client.seen("InterfacesRemoved") == []


def test_what_changed_during_a_reload_shows_behind_it(chat, host, systemd):
    """The start is queued behind a reload: PID 1 does one after the other."""
    systemd.reloads(milliseconds=200)
    reload = host.client.begin("/dev/hal0/Slots1", "dev.hal0.Slots1.Manager", "Reload")
    pump_for(0.05)
    chat.load()
    reload.wait()
    chat.wait(State="ready")
    assert chat.states() == ["offline", "starting", "warming", "ready"]


def test_systemd_may_vanish_and_come_back(chat, host, systemd):
    chat.load()
    chat.wait(State="ready")
    systemd.vanish()
    assert chat.get("State") == "ready", "a restart of systemd stops no slot"
    systemd.crash("chat")  # unseen
    pump_for(0.2)
    systemd.come_back()
    chat.wait(State="error")
    pump(lambda: systemd.subscribers() == [host.client.owner()], "it subscribed again")
    systemd.systemctl("start", "chat")
    chat.wait(State="ready")


def reexec(systemd):
    """systemd keeps its units and jobs, and loses the bus for a moment."""
    systemd.vanish()
    pump_for(0.05)
    systemd.come_back()
    pump(systemd.subscribers, "it subscribed again")
    pump_for(0.1)


def test_a_swap_outlives_a_reexec(chat, systemd):
    """Jobs do, too: whoever waits for one goes on waiting."""
    chat.load()
    chat.wait(State="ready")
    for phase, model in (("stop", "beta"), ("start-post", "alpha")):
        systemd.script("chat", hold=phase)
        chat.swap(model)
        pump(lambda: systemd.state("chat")["sub"] == phase, "it is held")
        reexec(systemd)
        systemd.release("chat")
        chat.wait(State="ready", Model=model, DefaultModel=model)


def test_a_delete_outlives_a_reexec(chat, host, systemd):
    chat.load()
    chat.wait(State="ready")
    systemd.script("chat", hold="stop")
    chat.delete()
    pump(lambda: systemd.state("chat")["sub"] == "stop", "it is held")
    reexec(systemd)
    systemd.release("chat")
    pump(lambda: "chat" not in host.hal0.slots(), "it is deleted")


def test_calls_while_systemd_is_away_fail_and_work_again_after(chat, root, systemd):
    systemd.vanish()
    pump_for(0.1)
    with pytest.raises(Error) as failed:
        chat.load()
    assert failed.value.kind == "SystemdFailed" and failed.value.text
    systemd.come_back()
    pump(systemd.subscribers, "it subscribed again")
    chat.load()
    chat.wait(State="ready")


def test_a_unit_that_systemd_forgets_is_offline_and_not_deleted(chat, host, systemd):
    chat.load()
    chat.wait(State="ready")
    systemd.systemctl("stop", "chat")
    chat.wait(State="offline")
    pump(lambda: systemd.state("chat") is None, "systemd forgot it")
    pump_for(0.1)
    assert host.hal0.slots() == ["chat"] and host.client.seen("InterfacesRemoved") == []


def calls_in(systemd, seconds):
    before = len(systemd.calls())
    pump_for(seconds)
    return systemd.calls()[before:][:10]


def test_it_does_not_play_ping_pong_with_units_that_come_when_asked_for(chat, systemd):
    """To ask for a unit's properties loads it, which is a signal; systemd forgets it at once, which is another."""
    chat.load()
    chat.wait(State="ready")
    chat.unload()
    chat.wait(State="offline")
    pump(lambda: calls_in(systemd, 0.2) == [], "it has asked for what it wants to know")
    assert calls_in(systemd, 0.7) == []


def test_a_new_hal0d_knows_what_runs(chat, host, root, systemd):
    chat.load()
    chat.wait(State="ready")
    root.slot("other", number=11)
    host.kill()
    systemd.systemctl("start", "other")  # fails: no drop-in; it is seen all the same
    pump(lambda: (systemd.state("other") or {}).get("active") == "failed", "it has failed")
    hal0 = host.start()
    objects = {values[SLOT]["Name"]: values[SLOT] for path, values in hal0.objects().items() if "/slot/" in path}
    assert (objects["chat"]["State"], objects["chat"]["Model"], objects["chat"]["Loaded"]) == ("ready", "alpha", True)
    assert objects["other"]["State"] == "error"
    assert host.stop() == 0
    assert systemd.state("chat")["active"] == "active"


def test_a_new_hal0d_sees_a_start_under_way(host, root, systemd):
    root.slot("chat")
    systemd.reread()
    systemd.script("chat", hold="start-post")
    systemd.systemctl("start", "chat")
    pump(lambda: systemd.state("chat")["sub"] == "start-post", "it warms up")
    chat = host.start().slot("chat")
    assert chat.get("State") == "warming"
    systemd.release("chat")
    chat.wait(State="ready")


def test_pull_image_fetches_without_a_start(chat, systemd):
    systemd.script("chat", pull=True, hold="start")
    chat.pull_image()
    pump(lambda: (systemd.state("chat", pull=True) or {}).get("sub") == "start", "it pulls")
    systemd.say("chat", "pulling example.org/image: layer 2 of 4", pull=True)
    shown = chat.wait(Pull=("pulling", 2, 4), ImageStatus="pulling")
    assert shown["State"] == "offline"
    systemd.say("chat", f"the image {shown['Image']} is present", pull=True)
    systemd.release("chat", pull=True)
    chat.wait(Pull=("completed", 0, 0), ImageStatus="present")
    assert systemd.jobs_asked() == [("start", "hal0-slot-pull@chat.service")]
    assert chat.states() == []


def test_what_was_pulled_is_that_image_and_is_not_forgotten(host, chat, root, systemd):
    image = chat.get("Image")
    systemd.script("chat", pull=True, hold="start")
    chat.pull_image()
    pump(lambda: (systemd.state("chat", pull=True) or {}).get("sub") == "start", "it pulls")
    systemd.say("chat", f"the image {image} is present", pull=True)
    systemd.release("chat", pull=True)
    chat.wait(ImageStatus="present")
    host.hal0.reload()
    pump_for(0.3)
    assert (chat.get("Pull")[0], chat.get("ImageStatus")) == ("completed", "present"), "systemd has forgotten the unit by now"
    root.write("etc/hal0/profiles.toml", '[profile.cpu]\nimage = "example.org/other"\n')
    shown = chat.wait(Image="example.org/other")
    assert shown["ImageStatus"] == "", "nobody has looked for that one"


def test_a_pull_that_fails(chat, systemd):
    systemd.script("chat", pull=True, fail_in="start", fail_status="example.org/image: not found")
    chat.pull_image()
    chat.wait(Pull=lambda pull: pull[0] == "failed")
    assert chat.get("State") == "offline"
