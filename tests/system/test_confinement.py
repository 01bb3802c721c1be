"""What the model server may do: nothing but read models and answer on one loopback port. With the real llama-server."""

import pytest


@pytest.fixture(scope="module")
def slot(llama, module_slot):
    slot = module_slot(profile="test", model={"default": "tiny"})
    slot.start()
    return slot


@pytest.fixture(scope="module")
def server(slot):
    """The server's process id, as the machine sees it."""
    pids = slot.processes("llama-server")
    assert len(pids) == 1
    return pids[0]


def proc_status(machine, pid):
    lines = machine.read(f"/proc/{pid}/status").splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def mounts(machine, pid):
    """Mount point → its options."""
    fields = [line.split() for line in machine.read(f"/proc/{pid}/mounts").splitlines()]
    return {field[1]: (field[2], field[3].split(",")) for field in fields}


def test_no_capabilities(machine, server):
    status = proc_status(machine, server)
    sets = {name: int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
    assert sets == dict.fromkeys(sets, 0)


def test_no_new_privileges_and_seccomp(machine, server):
    status = proc_status(machine, server)
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"


def test_file_system_is_read_only_but_for_tmp(machine, server):
    table = mounts(machine, server)
    assert "ro" in table["/"][1]
    assert table["/tmp"][0] == "tmpfs" and "rw" in table["/tmp"][1]
    assert machine.run("touch", f"/proc/{server}/root/usr/x", check=False).returncode != 0


def test_models_are_read_only(machine, server):
    assert "ro" in mounts(machine, server)["/mnt/ai-models"][1]
    answer = machine.run("touch", f"/proc/{server}/root/mnt/ai-models/x", check=False)
    assert "Read-only file system" in answer.stderr


def test_own_pid_namespace(machine, server):
    namespaces = {machine.output("readlink", f"/proc/{pid}/ns/pid") for pid in (1, server)}
    assert len(namespaces) == 2


def test_listens_on_loopback_only(machine, slot):
    assert machine.listeners(slot.port) == ["127.0.0.1"]


def test_everything_is_in_the_units_cgroup(machine, slot, server):
    group = slot.get("ControlGroup")
    assert group == f"/hal0.slice/{slot.unit}"
    for pid in (server, int(slot.get("MainPID"))):
        assert machine.read(f"/proc/{pid}/cgroup").strip().rpartition(":")[2].startswith(group + "/")


def test_the_server_cannot_speak_for_the_unit(machine, slot, server):
    """NOTIFY_SOCKET would let it call itself ready, or stop its own unit."""
    environment = machine.run("cat", f"/proc/{server}/environ").stdout.split("\0")
    assert not [entry for entry in environment if entry.startswith(("NOTIFY_SOCKET=", "LISTEN_", "HAL0_"))]


def test_a_message_from_the_servers_cgroup_is_not_believed(machine, slot):
    """NotifyAccess=exec: only podman and the helpers report. systemd-notify returns when PID 1 has dealt with its message
    (sd_notify_barrier(3)), so there is nothing to wait for."""
    script = 'echo $$ >"/sys/fs/cgroup$1/$(ls "/sys/fs/cgroup$1" | grep ^libpod-payload)/cgroup.procs"; ' \
             'NOTIFY_SOCKET=/run/systemd/notify systemd-notify --status="owned"'
    before = slot.status_text
    machine.shell(script, slot.get("ControlGroup"))
    assert slot.status_text == before
