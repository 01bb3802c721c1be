"""What a boot starts: the loaded slots, with no daemon of hal0's. One boot serves all tests of this file."""

import pytest

pytestmark = pytest.mark.boot

DAEMONS = ("hal0d.service", "hal0-http.socket", "hal0-http.service")
SLOW_S = 12


@pytest.fixture(scope="module")
def slots(machine, module_slot):
    """The slots after the boot, by what is special about them."""
    made = {
        "loaded": module_slot(reload=False),
        "loaded too": module_slot(reload=False),
        "not loaded": module_slot(reload=False),
        "disabled": module_slot(reload=False, enabled=False),
        "slow": module_slot(f"late={SLOW_S}", reload=False),
        "broken": module_slot(reload=False),
        "older": module_slot(reload=False, exclusive_group="boot"),
        "newer": module_slot(reload=False, exclusive_group="boot"),
    }
    made["broken"].write("port = [\n", reload=False)
    for what, slot in made.items():
        if what != "not loaded":
            age = "2001-01-01" if what == "older" else "2002-02-02"
            machine.run("touch", f"--date={age}", slot.marker)
    running = [unit for unit in DAEMONS if machine.show_one(unit, "ActiveState") == "active"]
    machine.systemctl("mask", *DAEMONS, check=False)
    try:
        machine.reboot()
        yield made
    finally:
        machine.systemctl("unmask", *DAEMONS, check=False)
        if running:
            machine.systemctl("start", *running)


def entered(machine, unit):
    """When the unit became active, in seconds of the monotonic clock."""
    return int(machine.show_one(unit, "ActiveEnterTimestampMonotonic")) / 1e6


def test_loaded_slots_answer_without_any_daemon(machine, slots):
    for what in ("loaded", "loaded too"):
        assert slots[what].health() == 200
        assert slots[what].state == "active"
    assert {machine.show_one(unit, "ActiveState") for unit in DAEMONS} == {"inactive"}


@pytest.mark.parametrize("what", ["not loaded", "disabled", "broken"])
def test_others_do_not_run(slots, what):
    slot = slots[what]
    assert slot.state == "inactive"
    assert slot.get("ExecMainStartTimestampMonotonic") == "0", "it has not even been tried"
    assert slot.left_behind() == {}


def test_a_slot_that_loads_slowly_holds_up_nobody(machine, slots):
    slow = slots["slow"]
    slow.wait("it becomes active after the boot", ActiveState="active")
    assert entered(machine, "multi-user.target") + SLOW_S / 2 < entered(machine, slow.unit)
    assert entered(machine, "hal0-slots.target") < entered(machine, slow.unit)


def test_of_an_exclusive_group_the_newest_starts(slots):
    assert slots["newer"].health() == 200
    assert slots["older"].get("ExecMainStartTimestampMonotonic") == "0"


def test_the_target_is_reached(machine, slots):
    assert machine.show_one("hal0-slots.target", "ActiveState") == "active"
    wants = machine.show_one("hal0-slots.target", "Wants").split()
    expected = {slots[what].unit for what in ("loaded", "loaded too", "slow", "newer")}
    assert expected <= set(wants)
    assert slots["not loaded"].unit not in wants
