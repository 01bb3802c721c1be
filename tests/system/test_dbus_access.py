"""Who may do what: root, the group hal0 and the bridge's user everything; everyone may read; the rest is polkit's to allow."""

import pytest

from hal0_bus import MANAGER, SERVICE, TINY, Manager, Refused, busctl_call, on_bus
from machine import wait_until

MEMBER, STRANGER = "hal0-test-member", "hal0-test-stranger"
RULE = "/etc/polkit-1/rules.d/10-hal0-test.rules"


@pytest.fixture(scope="module")
def users(machine):
    machine.shell('useradd --no-create-home --user-group --groups hal0 "$1"; useradd --no-create-home --user-group "$2"', MEMBER, STRANGER)
    yield
    machine.shell('for user; do userdel "$user"; done', MEMBER, STRANGER)


@pytest.mark.parametrize("user", [None, MEMBER, "hal0-http"])
def test_they_may_do_everything(machine, users, make_slot, user):
    slot = make_slot.unwritten()
    manager, bus = Manager(machine, user), on_bus(slot, user)
    manager.create(slot.name, {"port": slot.port, "profile": "fault", "device": "cpu", "model": TINY})
    bus.load()
    bus.wait(State="ready")
    bus.update({"idle_timeout_s": 5000})
    bus.set_config("# mine\n" + bus.config(), replaces=bus.config())
    bus.restart()
    bus.unload()
    bus.wait(State="offline", IdleTimeout=5000)
    manager.reload()
    bus.delete()
    wait_until(lambda: not bus.exists(), "it is deleted")


@pytest.fixture
def running(make_slot):
    slot = make_slot(model=TINY)
    slot.start()
    on_bus(slot).wait(State="ready")
    return slot


CONTROL, CONFIGURE = "dev.hal0.slots.control", "dev.hal0.slots.configure"
DENIED = {
    "CreateSlot": (CONFIGURE, lambda manager, bus: manager.create("hal0-test-new", {"profile": "fault"})),
    "Reload": (CONFIGURE, lambda manager, bus: manager.reload()),
    "Models.Add": (CONFIGURE, lambda manager, bus: manager.add_model("new-one", {"path": "/x"})),
    "Models.Remove": (CONFIGURE, lambda manager, bus: manager.remove_model("tiny")),
    "Load": (CONTROL, lambda manager, bus: bus.load()),
    "Unload": (CONTROL, lambda manager, bus: bus.unload()),
    "Restart": (CONTROL, lambda manager, bus: bus.restart()),
    "Swap": (CONTROL, lambda manager, bus: bus.swap("tiny")),
    "PullImage": (CONTROL, lambda manager, bus: bus.act("PullImage")),
    "Update": (CONFIGURE, lambda manager, bus: bus.update({"enabled": False})),
    "SetConfig": (CONFIGURE, lambda manager, bus: bus.set_config("port = 9999\n")),
    "Delete": (CONFIGURE, lambda manager, bus: bus.delete()),
}


def test_a_stranger_is_denied_and_nothing_changes(machine, users, running):
    before, container = machine.shell("cat /etc/hal0/slots/*.toml /var/lib/hal0/registry/registry.toml; ls /etc/hal0/slots").stdout, running.container_id()
    for method, (action, ask) in DENIED.items():
        with pytest.raises(Refused) as refused:
            ask(Manager(machine, STRANGER), on_bus(running, STRANGER))
        assert refused.value.kind == "NotAuthorized", method
        assert action in refused.value.message, method
    after = machine.shell("cat /etc/hal0/slots/*.toml /var/lib/hal0/registry/registry.toml; ls /etc/hal0/slots").stdout
    assert after == before
    assert running.container_id() == container
    assert on_bus(running).state == "ready"


def test_a_stranger_may_read(machine, users, running):
    manager, bus = Manager(machine, STRANGER), on_bus(running, STRANGER)
    assert bus.all()["Name"] == running.name
    assert bus.path in manager.objects()
    assert bus.config() == machine.read(running.file)
    assert bus.command()
    assert "tiny" in manager.models()
    assert manager.get("Version")
    assert manager.call(MANAGER, "GetSlot", "s", running.name) == [bus.path]
    assert machine.run("setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--init-groups", "busctl", "tree", SERVICE).returncode == 0


def test_properties_cannot_be_set(machine, running):
    with pytest.raises(Refused) as refused:
        on_bus(running).call("org.freedesktop.DBus.Properties", "Set", "ssv", "dev.hal0.Slots1.Slot", "Enabled", "b", "false")
    assert refused.value.kind == "org.freedesktop.DBus.Error.AccessDenied"


def test_a_rule_of_the_administrators_lets_a_stranger_control(machine, users, running, add_model):
    """Also to load with a model: that writes the default into the file, and is no edit all the same."""
    add_model("second", "/mnt/ai-models/tiny.gguf")
    bus = on_bus(running, STRANGER)
    machine.write(RULE, f"""polkit.addRule(function(action, subject) {{
        if (action.id == "{CONTROL}" && subject.user == "{STRANGER}") return polkit.Result.YES;
    }});""")
    try:
        def allowed():
            try:
                bus.unload()
            except Refused as refused:  # polkitd has not noticed the rule yet
                assert refused.kind == "NotAuthorized"
                return False
            return True
        wait_until(allowed, "the rule is in force")
        bus.wait(State="offline")
        bus.load("second")
        bus.wait(State="ready", DefaultModel="second")
        with pytest.raises(Refused) as refused:
            bus.update({"idle_timeout_s": 5})
        assert refused.value.kind == "NotAuthorized", "to control is not to configure"
    finally:
        machine.remove(RULE)


def test_without_polkit_a_stranger_is_denied_and_members_are_not(machine, users, running):
    machine.systemctl("mask", "--runtime", "--now", "polkit.service")
    try:
        with pytest.raises(Refused) as refused:
            on_bus(running, STRANGER).unload()
        assert refused.value.kind == "NotAuthorized"
        on_bus(running, MEMBER).update({"idle_timeout_s": 5000})
        assert "5000" in machine.read(running.file)
    finally:
        machine.systemctl("unmask", "--runtime", "polkit.service")
        machine.systemctl("start", "polkit.service")


@pytest.mark.parametrize("user", [None, MEMBER, "hal0-http", STRANGER])
def test_nobody_else_can_own_the_name(machine, users, user):
    with pytest.raises(Refused) as refused:
        busctl_call(machine, "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", "su", SERVICE, 7, user=user, service="org.freedesktop.DBus")
    assert refused.value.kind == "org.freedesktop.DBus.Error.AccessDenied"


def test_the_daemon_itself_can_only_touch_slots(machine, make_slot):
    """What the polkit rule gives the user hal0: units of slots, and nothing else of systemd's."""
    slot = make_slot(model=TINY)

    def call(method, *values):
        return busctl_call(machine, "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", method, *values, service="org.freedesktop.systemd1",
                           user="hal0")

    assert call("StartUnit", "ss", slot.unit, "replace")
    slot.wait(ActiveState="active")
    for method, values in (("StartUnit", ("ss", "systemd-tmpfiles-clean.service", "replace")), ("StopUnit", ("ss", "dbus.service", "replace")),
                           ("KillUnit", ("ssi", slot.unit, "main", 9)), ("SetUnitProperties", ("sba(sv)", slot.unit, "true", 0))):
        with pytest.raises(Refused) as refused:
            call(method, *values)
        assert refused.value.kind in ("org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", "org.freedesktop.DBus.Error.AccessDenied"), method
