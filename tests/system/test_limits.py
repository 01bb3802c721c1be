"""[limits] of the TOML are the unit's own resource control, and hold for the model server."""

import pytest

MIB = 1024 * 1024
LIMITS = {"memory_max": "512M", "memory_high": "256M", "cpu_weight": 50, "allowed_cpus": "0"}


@pytest.fixture(scope="module")
def slot(module_slot):
    slot = module_slot(limits=LIMITS)
    slot.start()
    return slot


@pytest.fixture
def controllers(machine):
    return machine.read("/sys/fs/cgroup/cgroup.controllers").split()


def test_limits_are_the_units(slot):
    assert slot.show("MemoryMax", "MemoryHigh", "CPUWeight", "AllowedCPUs") == {
        "MemoryMax": str(512 * MIB), "MemoryHigh": str(256 * MIB), "CPUWeight": "50", "AllowedCPUs": "0"}


def test_the_server_is_below_the_limits(machine, slot):
    pid, = slot.processes("fault-server")
    own = machine.read(f"/proc/{pid}/cgroup").strip().rpartition(":")[2]
    assert own.startswith(slot.get("ControlGroup") + "/")


def test_a_percentage_of_the_memory(machine, make_slot):
    slot = make_slot(limits={"memory_max": "50%"})
    slot.start()
    total = int(machine.read("/proc/meminfo").split()[1]) * 1024
    assert abs(int(slot.get("MemoryMax")) - total // 2) < MIB


def test_no_limits_means_none(make_slot):
    slot = make_slot()
    slot.start()
    assert slot.show("MemoryMax", "MemoryHigh", "AllowedCPUs") == {"MemoryMax": "infinity", "MemoryHigh": "infinity", "AllowedCPUs": ""}


@pytest.mark.parametrize("controller, file, value", [
    ("memory", "memory.max", str(512 * MIB)), ("memory", "memory.high", str(256 * MIB)),
    ("cpu", "cpu.weight", "50"), ("cpuset", "cpuset.cpus", "0")])
def test_the_kernel_enforces_it(machine, slot, controllers, controller, file, value):
    if controller not in controllers:
        pytest.skip(f"this machine has no {controller} controller in its cgroup tree")
    assert machine.read(f"/sys/fs/cgroup{slot.get('ControlGroup')}/{file}").strip() == value
