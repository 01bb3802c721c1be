"""Another model for a running slot, for now or for good, and the way back when it does not come up."""

import pytest

from hal0_bus import TINY, TRIALS, Refused, on_bus
from machine import wait_until

SECOND = "second"
FAR = 60


@pytest.fixture
def models(machine, add_model):
    """Besides tiny: a second id of the same file, one whose file is missing, and one whose file is no model."""
    junk = "/mnt/ai-models/junk.gguf"
    machine.write(junk, "this is no model\n")
    add_model(SECOND, "/mnt/ai-models/tiny.gguf")
    add_model("missing", "/mnt/ai-models/is-not-there.gguf")
    add_model("junk", junk)
    yield
    machine.remove(junk)
    machine.shell(f"rm -f {TRIALS}/sys-*")  # what a failed test left is not another one's


@pytest.fixture
def swappable(make_slot, models):
    """A slot that runs tiny, and its object."""
    def begin(fault=None, profile="fault"):
        slot = make_slot(fault, profile, model=TINY)
        bus = on_bus(slot)
        bus.load()
        bus.wait(State="ready", Model="tiny", Models=["tiny"])
        return slot, bus
    return begin


def trial(slot):
    return slot.machine.exists(f"{TRIALS}/{slot.name}")


def test_a_swap_stays(swappable):
    slot, bus = swappable()
    bus.swap(SECOND)
    bus.wait(State="ready", Model=SECOND, Models=[SECOND], DefaultModel=SECOND, NeedsRestart=False)
    assert f'default = "{SECOND}"' in bus.config()
    assert not trial(slot)
    bus.restart()
    wait_until(lambda: bus.state != "ready", "it restarts")
    bus.wait(State="ready", Model=SECOND, NeedsRestart=False)


@pytest.mark.parametrize("again", ["Restart", "systemctl restart", "Unload and Load"])
def test_a_swap_that_is_not_persisted_ends_with_the_next_start(swappable, again):
    slot, bus = swappable()
    before = bus.config()
    bus.swap(SECOND, persist=False)
    bus.wait(State="ready", Model=SECOND, Models=[SECOND], DefaultModel="tiny", NeedsRestart=True)
    assert bus.config() == before
    container = slot.container_id()
    if again == "Restart":
        bus.restart()
    elif again == "systemctl restart":
        slot.machine.systemctl("restart", slot.unit)
    else:
        bus.unload()
        bus.wait(State="offline")
        bus.load()
    wait_until(lambda: slot.container_id() not in ("", container), "another container")
    bus.wait(State="ready", Model="tiny", Models=["tiny"], NeedsRestart=False)


def test_a_swap_that_is_not_persisted_shows_as_drift(swappable):
    slot, bus = swappable()
    bus.swap(SECOND, persist=False)
    shown = bus.wait(State="ready", Model=SECOND)
    assert [SECOND, "tiny"] in [row[1:] for row in shown["Drift"]]


def test_a_swap_to_a_model_whose_file_is_missing_goes_back(swappable):
    slot, bus = swappable()
    before = bus.config()
    bus.swap("missing")
    wait_until(lambda: "back on model 'tiny'" in bus.get("StateMessage"), f"the message; it is {bus.get('StateMessage')!r}", 40)
    shown = bus.wait(State="ready", Model="tiny", Models=["tiny"], DefaultModel="tiny", NeedsRestart=False)
    assert "the swap to model 'missing' failed" in shown["StateMessage"]
    assert "/mnt/ai-models/is-not-there.gguf" in shown["StateMessage"], "and why"
    assert slot.health() == 200
    assert bus.config() == before
    assert not trial(slot)


def test_a_swap_to_a_file_that_is_no_model_goes_back(swappable, llama):
    slot, bus = swappable(profile="test")
    bus.swap("junk")
    wait_until(lambda: "back on model 'tiny'" in bus.get("StateMessage"), f"the message; it is {bus.get('StateMessage')!r}", 60)
    shown = bus.wait(State="ready", Model="tiny", DefaultModel="tiny", timeout=60)
    assert "the swap to model 'junk' failed" in shown["StateMessage"]
    wait_until(lambda: "invalid magic" in bus.get("StateMessage"), f"the last line of its log, too; it is {bus.get('StateMessage')!r}", 10)
    assert slot.complete()[0] == 200
    assert not trial(slot)


def test_the_message_of_a_failed_swap_goes_with_the_next_operation(swappable):
    slot, bus = swappable()
    bus.swap("missing")
    wait_until(lambda: "back on model" in bus.get("StateMessage"), "the message", 40)
    bus.wait(State="ready")
    bus.restart()
    wait_until(lambda: bus.state != "ready", "it restarts")
    bus.wait(State="ready", StateMessage=f"answers on 127.0.0.1:{slot.port}")


def test_a_swap_to_an_unknown_model_touches_nothing(swappable):
    slot, bus = swappable()
    container = slot.container_id()
    with pytest.raises(Refused) as refused:
        bus.swap("nobody-knows")
    assert refused.value.kind == "NoSuchModel"
    assert slot.container_id() == container
    assert bus.state == "ready"
    assert not trial(slot)


@pytest.fixture
def swapping(swappable):
    """A slot in the middle of a swap: its server takes 6 s to load."""
    slot, bus = swappable("loading=6")
    bus.swap(SECOND)
    bus.wait(State="warming")
    return slot, bus


@pytest.mark.parametrize("method, options", [("Load", {}), ("Restart", {}), ("Swap", None)])
def test_during_a_swap_other_operations_are_refused(swapping, method, options):
    slot, bus = swapping
    with pytest.raises(Refused) as refused:
        bus.swap("tiny") if method == "Swap" else bus.act(method, options)
    assert refused.value.kind == "Busy"
    assert f"'{SECOND}'" in refused.value.message
    bus.wait(State="ready", Model=SECOND, DefaultModel=SECOND)


def test_unload_calls_a_swap_off(swapping):
    slot, bus = swapping
    bus.unload()
    bus.wait(State="offline", Loaded=False)
    assert not trial(slot)
    assert slot.left_behind() == {}
    assert bus.get("DefaultModel") == "tiny"
    bus.load()
    bus.wait(State="ready", Model="tiny")


def test_systemctl_stop_calls_a_swap_off(swapping):
    """Whoever stops a slot means it: the swap that was under way starts nothing again."""
    slot, bus = swapping
    slot.stop()
    with pytest.raises(AssertionError, match="not within"):
        wait_until(lambda: slot.state != "inactive", "it comes back", 5)
    shown = bus.all()
    assert shown["State"] == "offline"
    assert shown["DefaultModel"] == "tiny"
    assert not trial(slot)


def test_systemctl_restart_during_a_swap_ends_on_some_model_and_says_which(swapping):
    """The restart replaces the swap's job: the start after it is a plain one, of the default."""
    slot, bus = swapping
    slot.machine.systemctl("restart", slot.unit)
    shown = bus.wait(State="ready", Model="tiny", Models=["tiny"], DefaultModel="tiny")
    assert shown["NeedsRestart"] is False
    assert not trial(slot)


def test_a_swap_of_an_offline_slot_starts_it(make_slot, models):
    slot = make_slot(model=TINY)
    bus = on_bus(slot)
    bus.swap(SECOND)
    bus.wait(State="ready", Model=SECOND, DefaultModel=SECOND, Loaded=True)


def test_a_failed_swap_of_an_offline_slot_stays_down_and_says_why(make_slot, models):
    """There is nothing to go back to."""
    slot = make_slot(model=TINY)
    bus = on_bus(slot)
    bus.swap("missing")
    wait_until(lambda: "/mnt/ai-models/is-not-there.gguf" in bus.get("StateMessage"), f"the reason; it says {bus.get('StateMessage')!r}")
    wait_until(lambda: slot.state in ("inactive", "failed") and bus.state in ("offline", "error"), "it stays down")
    assert bus.get("DefaultModel") == "tiny"
    assert not trial(slot)
    assert slot.left_behind() == {}
    bus.load()
    bus.wait(State="ready", Model="tiny")


def test_an_edit_during_a_swap_is_kept(swapping):
    """What the swap writes at its end is one key in the file as it is then."""
    slot, bus = swapping
    bus.update({"idle_timeout_s": 77})
    bus.wait(State="ready", Model=SECOND, DefaultModel=SECOND, IdleTimeout=77)
