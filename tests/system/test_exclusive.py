"""exclusive_group: slots that share it never run together. Starting one stops the other first."""

import pytest


@pytest.fixture
def pair(make_slot):
    return make_slot(reload=False, exclusive_group="one-gpu"), make_slot(exclusive_group="one-gpu")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["forwards", "backwards"])
def test_starting_one_stops_the_other_first(pair, order):
    """In both directions, for ordering dependencies have one."""
    running, next_one = pair[order[0]], pair[order[1]]
    running.start()
    next_one.start()
    assert (running.state, next_one.state) == ("inactive", "active")
    assert running.left_behind() == {}
    assert running.times("container remove")[-1] < next_one.times("container create")[0]
    assert running.get("Result") == "success"


def test_starting_one_ends_a_rival_that_warms_up(pair, watch):
    slow, other = pair
    slow.configure(fault="loading=60", exclusive_group="one-gpu")
    seen = watch(slow)
    slow.start_in_background()
    seen.until(lambda one: one["StatusText"].startswith("warming up"), "warming up")
    other.start()
    assert (slow.state, other.state) == ("inactive", "active")


def test_starting_one_ends_the_restarts_of_a_rival(pair, watch):
    crashing, other = pair
    crashing.configure(fault="exit-at-start=1", exclusive_group="one-gpu")
    seen = watch(crashing)
    crashing.start(check=False)
    seen.until(lambda one: one["StatusText"].startswith("waiting 4 s"), "a restart waits, long enough to be met waiting")
    other.start()
    assert (crashing.state, other.state) == ("inactive", "active")


def test_slots_of_different_groups_run_together(make_slot):
    slots = [make_slot(reload=False, exclusive_group="left"), make_slot(reload=False, exclusive_group="right"), make_slot()]
    for slot in slots:
        slot.start()
    assert [slot.health() for slot in slots] == [200, 200, 200]
