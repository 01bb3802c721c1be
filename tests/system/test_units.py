"""The installed unit files, as systemd itself judges them."""


def test_systemd_finds_nothing_wrong(machine, make_slot):
    """A key that systemd does not know is only a warning, so there must be none of those either."""
    slot = make_slot(exclusive_group="g", limits={"memory_max": "50%", "cpu_weight": 50, "allowed_cpus": "0"})
    rival = make_slot(exclusive_group="g")
    unwritten = make_slot.unwritten()
    answer = machine.run("systemd-analyze", "verify", "--man=no", "hal0-slots.target", "hal0.slice", slot.unit, slot.pull_unit,
                         rival.unit, unwritten.unit, check=False)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_systemd_logs_nothing_about_a_rendered_slot(machine, make_slot):
    cursor = machine.cursor()
    slot = make_slot(limits={"memory_high": "1G"})
    slot.start()
    slot.stop()
    manager = machine.output("journalctl", f"--after-cursor={cursor}", "_PID=1", "--priority=warning", "--output=cat")
    assert slot.name not in manager


def test_the_target_is_enabled_and_active(machine):
    assert machine.show("hal0-slots.target", "UnitFileState", "ActiveState") == {"UnitFileState": "enabled", "ActiveState": "active"}


def test_folders_belong_to_those_who_write_them(machine):
    """/run/hal0/slot becomes arguments of podman, run by root: nobody else may write there."""
    owners = machine.output("stat", "--format=%n %U %a", "/etc/hal0/slots", "/etc/hal0/loaded", "/var/lib/hal0/registry",
                            "/run/hal0", "/run/hal0/slot", "/run/hal0/trial")
    assert owners.splitlines() == ["/etc/hal0/slots hal0 755", "/etc/hal0/loaded hal0 755", "/var/lib/hal0/registry hal0 755",
                                   "/run/hal0 root 755", "/run/hal0/slot root 755", "/run/hal0/trial hal0 755"]
