"""Load: what it refuses, what it leaves behind, and the states it goes through."""


import pytest

from client import REMOVE, Error, pump_for
from test_objects import STATES

START = ["offline", "starting", "warming", "ready"]


def refused(call, *arguments, **options):
    with pytest.raises(Error) as problem:
        call(*arguments, **options)
    assert problem.value.text.strip(), "an error has a sentence"
    return problem.value.kind


def test_load_goes_through_the_states_in_order(chat, systemd, root):
    chat.load()
    shown = chat.wait(State="ready")
    assert chat.states() == START
    assert systemd.jobs_asked() == [("start", "hal0-slot@chat.service")]
    assert root.is_loaded("chat") and shown["Loaded"] is True
    assert shown["ActiveSince"] > 0 and shown["Model"] == "alpha"
    assert shown["RunningImage"] == shown["Image"] and not shown["NeedsRestart"], shown["Drift"]


def test_every_transition_comes_with_the_values_of_the_properties(chat):
    chat.load()
    chat.wait(State="ready")
    changed = [values for values in chat.changes() if "State" in values]
    assert [values["State"] for values in changed] == START[1:]
    signals = [one.values.unpack() for one in chat.client.seen("StateChanged", chat.path)]
    assert [(new, message, at) for _, new, message, at in signals] == \
        [(values["State"], values.get("StateMessage", message), values["StateChangedAt"]) for values, (_, _, message, _) in zip(changed, signals)]
    assert [at for _, _, _, at in signals] == sorted(at for _, _, _, at in signals)
    assert chat.get("StateChangedAt") == signals[-1][3]


def test_what_signals_said_is_what_the_properties_say(chat):
    """A client that read once and follows the signals knows the same as one that asks."""
    live = {"MemoryCurrent", "CPUUsageNSec", "TokensPerSecond", "RequestsDeferred", "KvCacheUsage"}
    mirror = chat.all()
    chat.load()
    chat.wait(State="ready", Models=["alpha"])
    pump_for(0.2)
    asked = chat.all()
    for values in chat.changes():
        mirror.update(values)
    assert {key: value for key, value in mirror.items() if key not in live} == {key: value for key, value in asked.items() if key not in live}


def test_a_load_between_automatic_restarts_does_not_wait_for_the_next_one(chat, systemd):
    systemd.script("chat", fail_in="start-post", fail_times=1, restart_ms=60000)
    chat.load()
    chat.wait(State="error", StateMessage=lambda text: "restarts automatically" in text)
    chat.load()
    chat.wait(State="ready", Restarts=0)
    assert ["ResetFailedUnit", "hal0-slot@chat.service"] in [call[:1] + call[2:] for call in systemd.calls("ResetFailedUnit")]


def test_load_answers_before_the_model_does(chat, systemd):
    systemd.script("chat", hold="start-post")
    chat.load()
    shown = chat.wait(State="warming")
    assert shown["StateMessage"] == "warming up: the server loads its model"
    systemd.release("chat")
    chat.wait(State="ready")


def test_a_pull_shows_as_pulling_with_its_layers(chat, systemd):
    systemd.script("chat", hold="start-pre", status={"start-pre": "pulling example.org/image: layer 3 of 7"})
    chat.load()
    shown = chat.wait(State="pulling")
    assert shown["StateMessage"] == "pulling example.org/image: layer 3 of 7"
    assert (shown["Pull"], shown["ImageStatus"]) == (("pulling", 3, 7), "pulling")
    systemd.say("chat", "pulling example.org/image: layer 7 of 7")
    chat.wait(Pull=("pulling", 7, 7))
    systemd.script("chat", status={})
    systemd.release("chat")
    chat.wait(State="ready")
    assert chat.states() == ["offline", "starting", "pulling", "starting", "warming", "ready"] or \
        chat.states() == ["offline", "pulling", "starting", "warming", "ready"]


def test_load_of_a_running_slot_does_nothing(chat, systemd):
    chat.load()
    chat.wait(State="ready")
    chat.load()
    chat.load(model="alpha")
    pump_for(0.1)
    assert systemd.jobs_asked() == [("start", "hal0-slot@chat.service")]
    assert chat.states() == START


def test_load_of_an_unknown_model_touches_nothing(chat, root, systemd):
    before = root.files()
    assert refused(chat.load, model="nobody") == "NoSuchModel"
    assert root.files() == before
    assert systemd.jobs_asked() == [] and systemd.reload_count() == 0
    assert chat.states() == []


def test_load_of_a_disabled_slot_touches_nothing(host, root, systemd):
    root.slot("off", f"port = {root.ports + 11}\nenabled = false\n[model]\ndefault = \"alpha\"\n")
    slot = host.start().slot("off")
    before = root.files()
    assert refused(slot.load) == "Disabled"
    assert refused(slot.load, model="beta") == "Disabled"
    assert refused(slot.restart) == "Disabled"
    assert refused(slot.swap, "beta") == "Disabled"
    assert root.files() == before and systemd.jobs_asked() == []


def test_load_of_a_slot_with_a_broken_file_touches_nothing(host, root, systemd):
    root.slot("broken", "port = 80\n")
    slot = host.start().slot("broken")
    before = root.files()
    assert refused(slot.load) == "InvalidConfig"
    assert refused(slot.load, model="beta") == "InvalidConfig"
    assert root.files() == before and systemd.jobs_asked() == []


def test_load_whose_default_model_is_not_registered_is_refused(host, root, systemd):
    root.slot("lost", model="nobody")
    assert refused(host.start().slot("lost").load) == "NoSuchModel"
    assert systemd.jobs_asked() == [] and not root.is_loaded("lost")


@pytest.mark.parametrize("options", [{"modle": "beta"}, {"model": 5}, {"model": "beta", "wait": True}, {"model": REMOVE}])
def test_load_refuses_options_that_it_does_not_know(chat, root, systemd, options):
    before = root.files()
    with pytest.raises(Error) as problem:
        chat.load(**options)
    assert problem.value.name == "org.freedesktop.DBus.Error.InvalidArgs"
    assert root.files() == before and systemd.jobs_asked() == []


def test_an_explicit_model_becomes_the_default_and_the_file_keeps_the_rest(host, root, systemd):
    text = root.slot("chat", f"# mine\nport = {root.ports + 10}   # the port\n\n[model]\n  default = \"alpha\" # the model\nfuture = 1\n")
    chat = host.start().slot("chat")
    chat.load(model="beta")
    assert chat.wait(State="ready")["Model"] == "beta"
    assert root.config("chat") == text.replace('"alpha"', '"beta"')
    assert chat.get("DefaultModel") == "beta"
    assert systemd.state("chat")["model"] == "beta"


def test_load_with_another_model_restarts(chat, systemd):
    chat.load()
    chat.wait(State="ready")
    chat.load(model="beta")
    assert chat.wait(State="ready", Model="beta")["DefaultModel"] == "beta"
    assert systemd.state("chat")["model"] == "beta"
    assert set(chat.states()) <= STATES


def test_load_of_a_slot_without_a_model_is_idle(host, root):
    root.slot("bare", model=None)
    slot = host.start().slot("bare")
    slot.load()
    assert slot.wait(State="idle")["Model"] == ""


def test_a_model_for_a_slot_without_one_becomes_its_default(host, root, systemd):
    root.slot("bare", model=None)
    slot = host.start().slot("bare")
    slot.load()
    slot.wait(State="idle")
    slot.load(model="beta")
    assert slot.wait(State="ready", Model="beta")["DefaultModel"] == "beta"
    slot.load(model="beta")
    pump_for(0.1)
    assert systemd.jobs_asked() == [("start", "hal0-slot@bare.service"), ("restart", "hal0-slot@bare.service")], "it runs already"


def test_many_slots_load_side_by_side(host, root, systemd):
    names = [f"s{number}" for number in range(5)]
    for number, name in enumerate(names):
        root.slot(name, number=10 + number)
        systemd.script(name, phase_ms=150)
    hal0 = host.start()
    slots = [hal0.slot(name) for name in names]
    for slot in slots:
        slot.load()
    began = host.client.signals[0].at
    for slot in slots:
        slot.wait(State="ready")
    ready = [one.at for one in host.client.seen("StateChanged") if one.values.unpack()[1] == "ready"]
    assert len(ready) == 5 and max(ready) - began < 5 * 3 * 0.15, "one after the other"
