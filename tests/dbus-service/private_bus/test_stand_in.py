"""The stand-in for systemd is as strict as the real one; what the other tests prove rests on that."""

import pytest
from gi.repository import GLib

from client import Client, Error, pump, pump_for

NAME = "org.freedesktop.systemd1"
PATH = "/org/freedesktop/systemd1"
MANAGER = f"{NAME}.Manager"
PROPERTIES = "org.freedesktop.DBus.Properties"
UNIT = "hal0-slot@chat.service"
UNIT_PATH = f"{PATH}/unit/hal0_2dslot_40chat_2eservice"


class RawSystemd:
    """A client of systemd that does nothing by itself."""

    def __init__(self, host):
        self.host, self.client = host, host.client
        host.root.slot("chat")
        self.call("Reload")
        self.client.seen()
        self.client.signals.clear()

    def call(self, member, *arguments):
        signature = {"ListUnitsByPatterns": "(asas)"}.get(member, f"({'s' * len(arguments)})")
        return self.client.call(PATH, MANAGER, member, GLib.Variant(signature, arguments) if arguments else None, destination=NAME)

    def get(self, path, interface, name):
        return self.client.call(path, PROPERTIES, "Get", GLib.Variant("(ss)", (interface, name)), destination=NAME)

    def signals(self):
        self.client.seen()
        return [one for one in self.client.signals if one.path.startswith(PATH)]

    def wait_for(self, member, count=1):
        pump(lambda: len([one for one in self.signals() if one.member == member]) >= count, f"{count} {member}")
        return [one for one in self.signals() if one.member == member]

    def start(self):
        job = self.call("StartUnit", UNIT, "replace")
        return job, [one.values.unpack() for one in self.wait_for("JobRemoved")][-1]


@pytest.fixture
def raw(host):
    return RawSystemd(host)


def test_no_signal_before_subscribe(raw, systemd):
    raw.call("StartUnit", UNIT, "replace")
    pump(lambda: (systemd.state("chat") or {}).get("active") == "active", "chat is active")
    raw.call("Reload")
    assert raw.signals() == []


def test_no_signal_to_nobody_after_the_subscriber_left(raw, host, systemd):
    other = Client(host.bus.address)
    other.call(PATH, MANAGER, "Subscribe", destination=NAME)
    assert len(systemd.subscribers()) == 1
    other.close()
    pump(lambda: systemd.subscribers() == [], "the subscriber is forgotten")


def test_a_second_subscribe_is_refused(raw):
    raw.call("Subscribe")
    with pytest.raises(Error) as refused:
        raw.call("Subscribe")
    assert refused.value.name == "org.freedesktop.systemd1.AlreadySubscribed"


def test_a_start_goes_through_systemds_phases_in_order(raw):
    raw.call("Subscribe")
    job, removed = raw.start()
    assert removed[1:] == (job, UNIT, "done")
    pump(lambda: raw.get(UNIT_PATH, f"{NAME}.Unit", "Job") == (0, "/"), "the job is gone")
    changed = [one.values.unpack() for one in raw.signals() if one.member == "PropertiesChanged"]
    assert [one[0].rsplit(".", 1)[1] for one in changed] == ["Service", "Unit"] * (len(changed) // 2)
    states = [(one[1]["ActiveState"], one[1]["SubState"], one[1]["Job"][0] != 0) for one in changed if one[0].endswith(".Unit")]
    assert states == [("inactive", "dead", True), ("activating", "start-pre", True), ("activating", "start", True),
                      ("activating", "start-post", True), ("active", "running", True), ("active", "running", False)]


def test_the_end_of_a_job_comes_after_the_state_and_before_the_job_leaves_the_unit(raw):
    raw.call("Subscribe")
    raw.start()
    pump_for(0.05)
    members = [(one.member, one.values.unpack()) for one in raw.signals()]
    end = [name for name, _ in members].index("JobRemoved")
    assert members[end - 1][1][1]["SubState"] == "running" and members[end - 1][1][1]["Job"][0] != 0
    assert members[end + 2][1][1]["Job"] == (0, "/")


def test_a_job_is_an_object_with_its_type_while_it_lasts(raw, systemd):
    systemd.script("chat", hold="start-post")
    job = raw.call("StartUnit", UNIT, "replace")
    assert raw.get(job, f"{NAME}.Job", "JobType") == "start"
    systemd.release("chat")
    pump(lambda: systemd.state("chat")["active"] == "active", "chat is active")
    with pytest.raises(Error) as gone:
        raw.get(job, f"{NAME}.Job", "JobType")
    assert gone.value.name == "org.freedesktop.DBus.Error.UnknownObject"


def test_an_opposite_job_cancels(raw, systemd):
    raw.call("Subscribe")
    systemd.script("chat", hold="start-post")
    first = raw.call("StartUnit", UNIT, "replace")
    assert raw.call("StartUnit", UNIT, "replace") == first
    pump(lambda: systemd.state("chat")["sub"] == "start-post", "chat warms up")
    with pytest.raises(Error) as destructive:
        raw.call("StopUnit", UNIT, "fail")
    assert destructive.value.name == "org.freedesktop.systemd1.TransactionIsDestructive"
    second = raw.call("StopUnit", UNIT, "replace")
    removed = [one.values.unpack() for one in raw.wait_for("JobRemoved", 2)]
    assert [one[1:] for one in removed] == [(first, UNIT, "canceled"), (second, UNIT, "done")]


def test_a_restart_of_an_inactive_unit_starts_it(raw, systemd):
    raw.call("Subscribe")
    raw.call("RestartUnit", UNIT, "replace")
    assert raw.wait_for("JobRemoved")[0].values.unpack()[3] == "done"
    assert systemd.state("chat")["active"] == "active"


def test_units_come_when_asked_for_and_go_while_inactive(raw, systemd):
    raw.call("Subscribe")
    assert raw.call("ListUnitsByPatterns", [], ["hal0-slot@*"]) == []
    assert raw.get(UNIT_PATH, f"{NAME}.Unit", "ActiveState") == "inactive"
    raw.wait_for("UnitNew")
    raw.wait_for("UnitRemoved")
    assert systemd.state("chat") is None


def test_a_failed_unit_stays_until_it_is_reset(raw, systemd):
    raw.call("Subscribe")
    systemd.script("chat", fail_in="start-post", fail_result="timeout", fail_status="too slow")
    assert raw.start()[1][3] == "failed"
    pump_for(0.1)
    assert systemd.state("chat")["active"] == "failed"
    assert raw.get(UNIT_PATH, f"{NAME}.Service", "Result") == "timeout"
    raw.call("ResetFailedUnit", UNIT)
    pump(lambda: systemd.state("chat") is None, "chat is forgotten")
    with pytest.raises(Error) as unknown:
        raw.call("ResetFailedUnit", UNIT)
    assert unknown.value.name == "org.freedesktop.systemd1.NoSuchUnit"


def test_no_start_without_a_drop_in(raw, host, systemd):
    raw.call("Subscribe")
    host.root.slot("new", number=11)
    raw.call("StartUnit", "hal0-slot@new.service", "replace")
    assert raw.wait_for("JobRemoved")[0].values.unpack()[3] == "failed"
    raw.call("Reload")
    raw.call("StartUnit", "hal0-slot@new.service", "replace")
    pump(lambda: systemd.state("new")["active"] == "active", "new is active")


def test_a_reload_blocks_everything_and_talks_nonsense(raw, systemd):
    raw.call("Subscribe")
    raw.start()
    systemd.reloads(milliseconds=200)
    raw.call("Reload")
    said = [(one.member, one.values.unpack()) for one in raw.signals()]
    said = said[said.index(("Reloading", (True,))):]
    assert said[0] == ("Reloading", (True,)) and said[-1] == ("Reloading", (False,))
    assert {"UnitRemoved", "UnitNew", "PropertiesChanged"} <= {member for member, _ in said[1:-1]}
    assert "failed" in [values[1].get("ActiveState") for member, values in said if member == "PropertiesChanged"]
    assert systemd.state("chat")["active"] == "active"


def test_it_can_go_and_come_back_without_its_subscribers(raw, host, systemd):
    raw.call("Subscribe")
    systemd.vanish()
    with pytest.raises(Error):
        raw.call("Subscribe")
    systemd.come_back()
    raw.call("Subscribe")


def test_unknown_arguments_and_units_are_refused(raw):
    for member, arguments, name in (("StartUnit", (UNIT,), "org.freedesktop.DBus.Error.InvalidArgs"),
                                    ("StartUnit", (UNIT, "hard"), "org.freedesktop.DBus.Error.InvalidArgs"),
                                    ("StartUnit", ("sshd.service", "replace"), "org.freedesktop.systemd1.NoSuchUnit"),
                                    ("Reboot", (), "org.freedesktop.DBus.Error.UnknownMethod")):
        with pytest.raises(Error) as refused:
            raw.call(member, *arguments)
        assert refused.value.name == name
