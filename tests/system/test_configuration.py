"""From a TOML to a unit: what is wrong is said where people look, and one bad file hides no other."""

import pytest

from slots import FOLDER

GENERATOR = "/lib/systemd/system-generators/hal0-generator"
EX_CONFIG = "78"


def assert_refused(slot, sentence):
    """The start fails at once with the sentence, in `systemctl status` and in the journal, and is not tried again."""
    assert slot.start(check=False).returncode != 0
    shown = slot.show("ActiveState", "SubState", "StatusText", "ExecMainStatus", "NRestarts")
    assert shown == {"ActiveState": "failed", "SubState": "failed", "StatusText": sentence, "ExecMainStatus": EX_CONFIG, "NRestarts": "0"}
    assert f'Status: "{sentence}"' in slot.status()
    assert sentence in slot.log().splitlines()
    assert slot.container_id() == ""


def test_a_broken_file_does_not_hide_the_good_ones(machine, make_slot):
    first = make_slot(reload=False)
    broken = make_slot.unwritten()
    broken.write(f'device = "cpu"\nprofile = "fault"\nport = "{broken.port}"\n', reload=False)
    last = make_slot()

    first.start()
    last.start()
    assert first.health() == last.health() == 200

    dry_run = machine.run(GENERATOR, "--dry-run")
    sentences = [line for line in dry_run.stderr.splitlines() if broken.file in line]
    assert len(sentences) == 1
    sentence = sentences[0].removeprefix("hal0-generator: ")
    assert sentence.startswith(f"{broken.file}:3:8: port: ")
    assert_refused(broken, sentence)


def test_a_file_that_is_no_toml_says_where(make_slot):
    slot = make_slot.unwritten()
    slot.write(f"port = {slot.port}\nprofile = \n")
    assert slot.start(check=False).returncode != 0
    assert slot.status_text.startswith(f"{slot.file}:2:"), slot.status_text


def test_a_slot_without_a_file(make_slot):
    slot = make_slot.unwritten()
    assert_refused(slot, f"slot {slot.name} has no configuration: write {slot.file}, then run: systemctl daemon-reload")


def test_a_disabled_slot(make_slot):
    slot = make_slot(enabled=False)
    line = slot.machine.read(slot.file).splitlines().index("enabled = false") + 1
    assert_refused(slot, f"{slot.file}:{line}:11: enabled: the slot is disabled; set it to true to start it")


def test_an_instance_name_that_is_no_slot_name(machine, make_unit):
    """It never gets as far as podman, a path or a shell."""
    unit = "hal0-slot@Bad.Name.service"
    assert machine.systemctl("start", unit, check=False).returncode != 0
    shown = machine.show(unit, "ActiveState", "StatusText", "NRestarts")
    machine.systemctl("reset-failed", unit, check=False)
    assert "Bad.Name" in shown.pop("StatusText")
    assert shown == {"ActiveState": "failed", "NRestarts": "0"}


def test_two_slots_with_one_port(make_slot):
    first = make_slot(reload=False)
    second = make_slot.unwritten()
    second.port = first.port
    second.configure()
    first.start()
    assert second.start(check=False).returncode != 0
    assert f"{first.port} is taken by slot {first.name}" in second.status_text
    assert first.health() == 200


def test_an_edited_file_asks_for_a_daemon_reload(make_slot):
    """SourcePath= of the drop-in. It is what a person forgets first. Of a slot that runs: systemd forgets a unit that
    does nothing, and knows no older state of its file when it is asked again."""
    slot = make_slot()
    slot.start()
    assert slot.get("NeedDaemonReload") == "no"
    slot.configure(timeouts={"stop_s": 7}, reload=False)
    assert slot.get("NeedDaemonReload") == "yes"
    assert "changed on disk" in slot.status()
    slot.machine.reload()
    assert slot.show("NeedDaemonReload", "TimeoutStopUSec") == {"NeedDaemonReload": "no", "TimeoutStopUSec": "7s"}


def test_an_override_of_systemctl_edit_wins(machine, make_slot):
    slot = make_slot(timeouts={"start_s": 40, "stop_s": 7})
    machine.write(f"/etc/systemd/system/{slot.unit}.d/override.conf", "[Service]\nTimeoutStopSec=9\nEnvironment=HAL0_PORT=1\n")
    machine.reload()
    assert slot.show("TimeoutStartUSec", "TimeoutStopUSec") == {"TimeoutStartUSec": "40s", "TimeoutStopUSec": "9s"}
    assert "HAL0_PORT=1" in slot.get("Environment").split()


@pytest.fixture
def odd_files(machine):
    """Names in the slots' folder that are no slots."""
    paths = {what: f"{FOLDER}/{name}" for what, name in {
        "hidden": ".odd-hidden.toml", "swap": ".odd-swap.toml.swp", "backup": "odd-backup.toml~", "no suffix": "odd-plain",
        "other suffix": "odd-other.conf", "folder": "odd-folder.toml", "fifo": "odd-fifo.toml"}.items()}
    for what in ("hidden", "swap", "backup", "no suffix", "other suffix"):
        machine.write(paths[what], 'port = 9999\nprofile = "fault"\ndevice = "cpu"\n')
    machine.run("mkdir", paths["folder"])
    machine.run("mkfifo", paths["fifo"])
    yield paths
    machine.remove(*paths.values())
    machine.reload()


def test_names_that_are_no_slots_are_ignored(machine, odd_files, make_slot):
    dry_run = machine.run(GENERATOR, "--dry-run", timeout=5)
    for name in ("odd-hidden", "odd-swap", "odd-backup", "odd-plain", "odd-other"):
        assert name not in dry_run.stdout + dry_run.stderr
    slot = make_slot()
    slot.start()
    assert slot.health() == 200


@pytest.mark.parametrize("what", ["folder", "fifo"])
def test_a_folder_or_fifo_neither_hangs_nor_starts(machine, odd_files, what):
    machine.systemctl("daemon-reload", timeout=5)
    dry_run = machine.run(GENERATOR, "--dry-run", timeout=5)
    assert f"{odd_files[what]}: cannot be read: not a regular file" in dry_run.stderr
    assert "podman run" not in machine.output("systemctl", "cat", f"hal0-slot@odd-{what}.service")
