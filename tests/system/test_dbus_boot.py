"""A boot: slots come up without hal0d, and whoever asks it later gets the truth."""

import pytest

from hal0_bus import DAEMON, TINY, on_bus

pytestmark = pytest.mark.boot


@pytest.mark.parametrize("daemon", ["activated by the first call", "started by the boot"])
def test_a_loaded_slot_is_ready_after_a_boot(machine, make_slot, daemon):
    slot = make_slot(model=TINY)
    bus = on_bus(slot)
    bus.load()
    bus.wait(State="ready")
    was_enabled = machine.systemctl("is-enabled", DAEMON, check=False).stdout.strip() == "enabled"
    machine.systemctl("disable" if daemon.startswith("activated") else "enable", DAEMON)
    try:
        machine.reboot()
        slot.wait("it came up by itself", ActiveState="active", timeout=60)
        if daemon.startswith("activated"):
            assert machine.show_one(DAEMON, "ActiveState") == "inactive"
        shown = bus.wait(State="ready", Loaded=True, Model="tiny", NeedsRestart=False)
        assert shown["ActiveSince"] == int(machine.shell(
            'date +%s%6N --date="$(systemctl show --value --property=ActiveEnterTimestamp --timestamp=us "$1")"', slot.unit).stdout)
        assert slot.health() == 200
    finally:
        machine.systemctl("enable" if was_enabled else "disable", DAEMON)
