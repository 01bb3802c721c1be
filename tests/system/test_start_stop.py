"""A slot with the real llama-server: start, stop, restart, and what other units may rely on."""

import json

import pytest


@pytest.fixture
def slot(llama, make_slot):
    return make_slot(profile="test", model={"default": "tiny", "context_size": 512})


def test_start_returns_when_the_model_answers(slot):
    slot.start()
    assert slot.health() == 200
    assert slot.state == "active"
    assert slot.status_text == f"answers on 127.0.0.1:{slot.port}"
    assert f'Status: "answers on 127.0.0.1:{slot.port}"' in slot.status()

    status, answer = slot.complete()
    assert status == 200
    assert json.loads(answer)["tokens_predicted"] > 0


def test_stop_leaves_nothing(machine, slot):
    slot.start()
    assert machine.exists(f"/run/hal0/slot/{slot.name}/start.env")
    slot.stop()
    assert slot.show("ActiveState", "Result") == {"ActiveState": "inactive", "Result": "success"}
    assert slot.left_behind() == {}


def test_restart_serves_again(slot):
    slot.start()
    before = slot.container_id()
    slot.machine.systemctl("restart", slot.unit)
    assert slot.health() == 200
    assert slot.container_id() not in ("", before)


def test_a_podman_that_fails_by_itself_is_a_failure(machine, make_slot, keep_file):
    """podman 5 ends with 1 then, as when it is stopped."""
    conf = "/etc/containers/containers.conf"
    slot = make_slot()
    machine.write(conf, keep_file(conf) + "\n[engine\n")
    # At once, for a second later it is restarted.
    shown = machine.shell('if systemctl start "$1"; then exit 1; fi; systemctl show "$1" --property=ActiveState,Result', slot.unit).stdout
    assert set(shown.splitlines()) == {"ActiveState=activating", "Result=exit-code"}
    assert "containers.conf" in slot.log()
    slot.wait("an automatic restart", NRestarts="1")


def test_restarts_by_hand_are_never_refused(make_slot):
    """The start limit is for crashes. systemd alone would refuse the sixth start."""
    slot = make_slot()
    slot.start()
    for _ in range(8):
        slot.machine.systemctl("restart", slot.unit)
    assert slot.show("ActiveState", "NRestarts") == {"ActiveState": "active", "NRestarts": "0"}
    assert slot.health() == 200


def test_after_means_that_the_model_answers(machine, make_slot, make_unit):
    """A unit ordered after the slot needs no waiting loop of its own."""
    slot = make_slot(fault="loading=1.5")
    make_unit("hal0-test-client.service", f"""
[Unit]
Requires={slot.unit}
After={slot.unit}
[Service]
Type=oneshot
ExecStart=curl --silent --fail http://127.0.0.1:{slot.port}/health
""")
    machine.systemctl("start", "hal0-test-client.service")
    assert machine.show_one("hal0-test-client.service", "Result") == "success"


def test_journal_carries_the_slots_name(slot):
    slot.start()
    own = [entry for entry in slot.journal() if entry.get("SYSLOG_IDENTIFIER") == slot.container]
    assert any("listening" in entry["MESSAGE"] for entry in own), slot.log()
    assert {entry["_SYSTEMD_UNIT"] for entry in own} == {slot.unit}


def test_flat_and_nested_toml_are_the_same(make_slot):
    flat = make_slot(exclusive_group="same-text")
    command = flat.get("ExecStart")
    port = flat.port
    flat.write(f'[slot]\nport = {port}\nprofile = "fault"\ndevice = "cpu"\nexclusive_group = "same-text"\n')
    assert flat.get("ExecStart") == command
    flat.start()
    assert flat.health() == 200
