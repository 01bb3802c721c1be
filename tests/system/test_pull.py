"""An image that is missing is pulled, with progress in the unit's status. The registry is Debian's docker-registry on
the machine's loopback; a proxy in front of it slows the pull down until it can be watched. The proxy has an address that
a slot's own address filter keeps out, as any real registry's is."""

import re
import time
from pathlib import Path

import pytest

from machine import lacks, wait_until

REGISTRY, PROXY, SILENT = 9050, 9051, 9052
HOST = f"192.0.2.1:{PROXY}"  # the address of the fixture "outside"
IMAGE = f"{HOST}/hal0-test/server:1"
UPLOAD = f"localhost:{REGISTRY}/hal0-test/server:1"
LAYERS_MB = (1, 2, 3, 4)
RATE = 1_000_000  # so the largest layer takes about 4 s
FOLDER = "/var/lib/hal0-test-registry"
PROFILES = "/etc/hal0/profiles.toml"

CONFIG = f"""version: 0.1
log: {{level: warn}}
storage: {{filesystem: {{rootdirectory: {FOLDER}/data}}}}
http: {{addr: "127.0.0.1:{REGISTRY}"}}
"""

# Random layers on top of the stand-in server; then it is pushed past the proxy, and forgotten.
BUILD = """
cd "$1"; shift; image=$1 upload=$2; shift 2
echo "FROM localhost/fault-server:test" >Containerfile
for size; do
    head --bytes="${size}M" /dev/urandom >"layer$size"
    echo "COPY layer$size /layer$size" >>Containerfile
done
podman build --quiet --layers --tag "$upload" .
podman push --quiet --tls-verify=false "$upload"
podman rmi --force "$upload" >/dev/null
"""


@pytest.fixture(scope="module")
def registry(machine, outside):
    """An image registry with IMAGE, and profiles that use it."""
    if lacks("docker-registry"):
        pytest.skip("no docker-registry: the mirror has no such package")
    profiles = machine.read(PROFILES)
    units = ("hal0-test-registry.service", "hal0-test-proxy.service")
    start = ["systemd-run", "--collect", "--quiet"]
    proxy = Path(__file__).with_name("slow_proxy.py").read_text(encoding="utf-8")
    try:
        machine.write(f"{FOLDER}/config.yml", CONFIG)
        machine.write("/etc/containers/registries.conf.d/hal0-test.conf",
                      f'[[registry]]\nlocation = "{HOST}"\ninsecure = true\n')
        machine.run(*start, f"--unit={units[0]}", "/usr/bin/docker-registry", "serve", f"{FOLDER}/config.yml")
        machine.write(f"{FOLDER}/proxy.py", proxy)
        machine.run(*start, f"--unit={units[1]}", "python3", f"{FOLDER}/proxy.py", outside, PROXY, REGISTRY, RATE)
        wait_until(lambda: machine.listeners(REGISTRY) and machine.listeners(PROXY), "registry and proxy listen")
        machine.shell(BUILD, FOLDER, IMAGE, UPLOAD, *LAYERS_MB)
        machine.write(PROFILES, profiles + "".join(
            f'\n[profile.{name}]\nimage = "{image}"\nprovider = "llama-server"\ndevice_class = "cpu"\n'
            for name, image in {"pulled": IMAGE, "unknown": IMAGE + "-is-not-there",
                                "unreachable": "localhost:9/none:1"}.items()))
        yield
    finally:
        machine.systemctl("stop", *units, check=False)
        machine.write(PROFILES, profiles)
        machine.remove(FOLDER, "/etc/containers/registries.conf.d/hal0-test.conf")
        machine.run("podman", "rmi", "--force", "--ignore", IMAGE, check=False)


@pytest.fixture
def absent(machine, registry):
    """IMAGE is not on the machine."""
    machine.run("podman", "rmi", "--force", "--ignore", IMAGE)


def progress(seen):
    """The (layer, layers) that were said, in order."""
    found = [re.fullmatch(rf"pulling {re.escape(IMAGE)}: layer (\d+) of (\d+)", one["StatusText"]) for one in seen]
    return list(dict.fromkeys((int(match[1]), int(match[2])) for match in found if match))


def assert_progress(seen):
    said = progress(seen)
    assert len(said) >= 3, said
    assert said == sorted(said), "neither figure goes back"
    assert 0 < said[-1][0] <= said[-1][1] >= len(LAYERS_MB)


def test_a_missing_image_is_pulled(machine, absent, make_slot, watch):
    """It takes longer than start_s, which is for the container's start: progress extends the time."""
    slot = make_slot(profile="pulled", timeouts={"start_s": 2})
    seen = watch(slot)
    began = time.monotonic()
    slot.start()
    assert time.monotonic() - began > 3
    seen.until(lambda one: one["ActiveState"] == "active", "active")
    assert slot.health() == 200
    assert_progress(seen.seen)
    pulling = [one for one in seen.seen if one["StatusText"].startswith("pulling")]
    assert {(one["ActiveState"], one["SubState"]) for one in pulling} == {("activating", "start-pre")}
    assert seen.texts()[-1] == f"answers on 127.0.0.1:{slot.port}"


def test_pulling_alone_leaves_the_slot_alone(machine, absent, make_slot, watch):
    slot = make_slot(profile="pulled", timeouts={"start_s": 2})
    seen, slots_own = watch(slot, unit=slot.pull_unit), watch(slot)
    machine.systemctl("start", slot.pull_unit)
    seen.end()
    assert_progress(seen.seen)
    assert machine.show(slot.pull_unit, "ActiveState", "Result") == {"ActiveState": "inactive", "Result": "success"}
    assert machine.run("podman", "image", "exists", IMAGE, check=False).returncode == 0
    assert {one["ActiveState"] for one in slots_own.seen} == {"inactive"}

    cursor = machine.cursor()
    machine.systemctl("start", slot.pull_unit)  # nothing left to do
    assert not [entry for entry in machine.journal(slot.pull_unit, cursor) if "image pull" in str(entry.get("MESSAGE"))]


@pytest.mark.parametrize("unit", ["unit", "pull_unit"])
@pytest.mark.parametrize("profile, image, reason", [
    ("unknown", IMAGE + "-is-not-there", "manifest unknown"),
    ("unreachable", "localhost:9/none:1", "connection refused")])
def test_an_image_that_cannot_be_pulled(machine, registry, make_slot, profile, image, reason, unit):
    slot = make_slot(profile=profile)
    name = getattr(slot, unit)
    cursor = machine.cursor()
    assert machine.systemctl("start", name, check=False, timeout=30).returncode != 0
    text = machine.show_one(name, "StatusText")
    machine.systemctl("stop", name)
    assert text.startswith(f"the image {image} cannot be pulled: ")
    assert reason in text
    assert text in [entry.get("MESSAGE") for entry in machine.journal(name, cursor)]


@pytest.mark.parametrize("unit", ["unit", "pull_unit"])
def test_a_stop_ends_the_pull_at_once(machine, absent, make_slot, watch, unit):
    slot = make_slot(profile="pulled")
    name = getattr(slot, unit)
    seen = watch(slot, unit=name)
    machine.systemctl("start", "--no-block", name)
    seen.until(lambda one: progress([one]), "layers come in")
    began = time.monotonic()
    machine.systemctl("stop", name)
    took = time.monotonic() - began
    wait_until(lambda: machine.run("pgrep", "--full", "--", "^podman pull", check=False).returncode == 1, "no pull is left", 2 - took)
    assert machine.show(name, "ActiveState", "Result") == {"ActiveState": "inactive", "Result": "success"}
    assert slot.left_behind() == {}
    assert machine.run("podman", "image", "exists", IMAGE, check=False).returncode == 1


@pytest.mark.parametrize("unit, text", [
    ("unit", "a signal ended the start before it was ready; try again: systemctl start {}"),
    ("pull_unit", "somebody ended it with SIGTERM; try again: systemctl start {}")])
def test_a_signal_that_is_no_stop(machine, absent, make_slot, watch, unit, text):
    """`systemctl kill` is not `systemctl stop`: what was to be done is not done, and nobody is told otherwise."""
    slot = make_slot(profile="pulled")
    name = getattr(slot, unit)
    seen = watch(slot, unit=name)
    machine.systemctl("start", "--no-block", name)
    seen.until(lambda one: progress([one]), "layers come in")
    machine.systemctl("kill", name)
    seen.until(lambda one: one["ActiveState"] == "failed" and one["SubState"] == "failed", "failed")
    assert machine.show_one(name, "StatusText") == text.format(name)
    wait_until(lambda: machine.run("pgrep", "--full", "--", "^podman pull", check=False).returncode == 1, "no pull is left")
    assert slot.left_behind() == {}


def test_a_pull_that_is_stopped_while_a_slot_waits(machine, absent, make_slot, watch):
    """Not the slot: its start fails with that reason, and not with how far the pull was."""
    slot = make_slot(profile="pulled")
    seen = watch(slot)
    slot.start_in_background()
    seen.until(lambda one: progress([one]), "layers come in")
    machine.systemctl("stop", slot.pull_unit)
    failed = seen.until(lambda one: one["StatusText"].startswith("the pull of"), "the reason")
    assert failed["StatusText"] == f"the pull of {IMAGE} was stopped"
    slot.wait("it is retried", ActiveState="active", timeout=60)


def test_a_pull_that_stands_still_is_given_up(machine, absent, make_slot, watch):
    """Ten minutes are too long for a test: of a pull unit that cannot ask for more time, anything that comes is nothing new."""
    slot = make_slot(profile="pulled", reload=False)
    override = f"/run/systemd/system/{slot.pull_unit}.d"
    cursor = machine.cursor()
    try:
        machine.write(f"{override}/silent.conf", "[Service]\nNotifyAccess=none\nTimeoutStartSec=2\n")
        machine.reload()
        assert slot.start(check=False).returncode != 0
        sentence = f"the pull of {IMAGE} was given up: nothing new for ten minutes"
        assert slot.status_text == sentence
        assert sentence in [entry.get("MESSAGE") for entry in machine.journal(slot.pull_unit, cursor)]
        assert "timeout" in [entry.get("UNIT_RESULT") for entry in machine.journal(slot.pull_unit, cursor)]
    finally:
        slot.stop()
        machine.remove(override)
        machine.reload()


@pytest.fixture
def silent_registry(machine, make_unit):
    """An image of a registry that accepts connections and never answers."""
    make_unit("hal0-test-silent.service", "[Service]\nExecStart=/bin/sleep infinity\n")
    make_unit("hal0-test-silent.socket", f"[Socket]\nListenStream=127.0.0.1:{SILENT}\n")
    machine.systemctl("start", "hal0-test-silent.socket")
    yield f"localhost:{SILENT}/none:1"
    machine.systemctl("stop", "hal0-test-silent.socket", "hal0-test-silent.service", check=False)


def test_a_start_that_joins_a_pull_says_so(machine, silent_registry, make_slot, watch):
    """At once: the pull's next words may be minutes away."""
    slot = make_slot(reload=False)
    machine.write(f"/run/systemd/system/{slot.unit}.d/override.conf", f"[Service]\nEnvironment=HAL0_IMAGE={silent_registry}\n")
    machine.reload()
    machine.systemctl("start", "--no-block", slot.pull_unit)
    connected = ("ss", "--no-header", "--tcp", "--numeric", "state", "established", f"dport = :{SILENT}")
    wait_until(lambda: machine.output(*connected), "podman is connected")
    time.sleep(0.5)  # its last words are said
    seen = watch(slot)
    slot.start_in_background()
    seen.until(lambda one: one["StatusText"] == f"pulling {silent_registry}", "the pull's words", timeout=4)
    assert slot.show("ActiveState", "SubState") == {"ActiveState": "activating", "SubState": "start-pre"}


@pytest.fixture
def relayed_bus(machine, make_unit):
    """relayed_bus(slot): the slot's helpers reach the system bus through a unit, whose name is returned; its stop cuts them off."""
    path, name = "/run/hal0-test-bus", "hal0-test-bus"
    make_unit(f"{name}.socket", f"[Socket]\nListenStream={path}\n")
    make_unit(f"{name}.service", "[Service]\nExecStart=/lib/systemd/systemd-socket-proxyd /run/dbus/system_bus_socket\n")
    machine.systemctl("start", f"{name}.socket")

    def use(slot):
        machine.write(f"/run/systemd/system/{slot.unit}.d/bus.conf", f"[Service]\nEnvironment=DBUS_SYSTEM_BUS_ADDRESS=unix:path={path}\n")
        machine.reload()
        return f"{name}.service"
    return use


def test_a_bus_that_goes_away_during_the_pull(machine, absent, relayed_bus, make_slot, watch):
    """Nobody can say any more that the pull has ended: the start fails, instead of waiting for ever, and is tried again."""
    slot = make_slot(profile="pulled", reload=False)
    bus = relayed_bus(slot)
    seen = watch(slot)
    slot.start_in_background()
    seen.until(lambda one: progress([one]), "layers come in")
    machine.systemctl("stop", bus)
    seen.until(lambda one: one["StatusText"] == f"the system bus went away while {IMAGE} was pulled", "the reason")
    slot.wait("it is retried", ActiveState="active", NRestarts="1", timeout=60)


def test_a_disabled_slots_image_can_be_pulled(machine, absent, make_slot):
    slot = make_slot(profile="pulled", enabled=False)
    machine.systemctl("start", slot.pull_unit)
    assert machine.run("podman", "image", "exists", IMAGE, check=False).returncode == 0
    assert slot.start(check=False).returncode != 0
    assert "the slot is disabled" in slot.status_text


@pytest.mark.parametrize("keys, reason", [({"port": 1}, "port: 1 is not allowed"), (None, "has no configuration")])
def test_a_slot_without_an_image_says_why(machine, make_slot, keys, reason):
    slot = make_slot(**keys) if keys else make_slot.unwritten()
    assert machine.systemctl("start", slot.pull_unit, check=False).returncode != 0
    assert reason in machine.show_one(slot.pull_unit, "StatusText")


def test_an_override_of_the_image_is_pulled(machine, absent, make_slot):
    """One truth: what `systemctl edit` says of the slot, the pull takes from there."""
    slot = make_slot(profile="unreachable", reload=False)
    machine.write(f"/run/systemd/system/{slot.unit}.d/override.conf", f"[Service]\nEnvironment=HAL0_IMAGE={IMAGE}\n")
    machine.reload()
    machine.systemctl("start", slot.pull_unit)
    assert machine.run("podman", "image", "exists", IMAGE, check=False).returncode == 0


STORE = "/var/lib/containers/hal0-test"


@pytest.fixture
def other_store(machine):
    """other_store(unit...): podman keeps the images of these units elsewhere; nothing is there yet."""
    conf, overrides = "/run/hal0-test-storage.conf", []

    def use(*units):
        machine.write(conf, f'[storage]\ndriver = "overlay"\ngraphroot = "{STORE}"\nrunroot = "/run/hal0-test-containers"\n')
        for unit in units:
            overrides.append(f"/run/systemd/system/{unit}.d")
            machine.write(f"{overrides[-1]}/other-store.conf", f"[Service]\nEnvironment=CONTAINERS_STORAGE_CONF={conf}\n")
        machine.reload()
    yield use
    machine.remove(conf, *overrides)
    machine.reload()
    machine.shell('umount --lazy "$1/overlay" 2>/dev/null || true; rm -rf "$1" /run/hal0-test-containers', STORE)


def test_an_index_that_is_wrong_costs_one_restart(machine, registry, make_slot, other_store):
    """The default place has an image that podman, told to use another one, does not have: the first start trusts the index,
    the restart asks podman."""
    machine.run("podman", "pull", "--quiet", IMAGE)
    slot = make_slot(profile="pulled", reload=False)
    other_store(slot.unit, slot.pull_unit)
    try:
        assert slot.start(check=False).returncode != 0
        assert re.search(r"image not known|no such image", slot.log(), re.IGNORECASE)
        slot.wait(ActiveState="active", NRestarts="1", timeout=60)
        assert slot.health() == 200
    finally:
        slot.stop()
