"""The bridge as a service of systemd: how it comes and goes, what it may do, whom it lets in."""

import json
import statistics
import time

import pytest

from machine import wait_until

SERVICE, SOCKET = "hal0-http.service", "hal0-http.socket"
TINY = {"default": "tiny"}

# Opens many streams and keeps them; says how many of each status there are. Ends with its stdin.
MANY_STREAMS = r"""
import collections, json, socket, sys
count, path = int(sys.argv[1]), sys.argv[2]
def opened():
    one = socket.create_connection(("127.0.0.1", 8080))
    one.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return one
kept = [opened() for _ in range(count)]
print(json.dumps(collections.Counter(one.recv(12)[9:12].decode() for one in kept)), flush=True)
sys.stdin.read()
"""

# New connections, one after the other, until its stdin ends; then how they ended.
KNOCKING = r"""
import collections, http.client, json, sys, threading
ended, seen = threading.Event(), collections.Counter()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
while not ended.is_set():
    try:
        connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=20)
        connection.request("GET", "/api/slots")
        seen[str(connection.getresponse().status)] += 1
    except Exception as problem:
        seen[type(problem).__name__] += 1
print(json.dumps(seen), flush=True)
"""


@pytest.fixture
def many(machine):
    """many(count, path): that many streams, kept open."""
    processes = []

    def open_many(count, path):
        process = machine.popen("python3", "-c", MANY_STREAMS, count, path, stdin=-1, stdout=-1)
        processes.append(process)
        return json.loads(process.stdout.readline())
    yield open_many
    for process in processes:
        process.stdin.close()
        process.wait(timeout=20)


def descriptors(machine):
    pid = machine.show_one(SERVICE, "MainPID")
    return int(machine.shell("ls /proc/$1/fd | wc -l", pid).stdout), int(machine.shell("ls /proc/$1/task | wc -l", pid).stdout)


def test_the_socket_brings_it(bridge, machine):
    machine.systemctl("stop", SERVICE)
    assert machine.show_one(SERVICE, "ActiveState") == "inactive" and machine.show_one(SOCKET, "ActiveState") == "active"
    assert bridge.get("/api/health").json == {"status": "ok", "name": "hal0", "version": bridge.get("/api/status").json["version"]}
    assert machine.show(SERVICE, "ActiveState", "User") == {"ActiveState": "active", "User": "hal0-http"}
    assert machine.listeners(8080) == ["127.0.0.1"]


def test_it_ends_at_once_with_streams_open(bridge, machine, many):
    assert many(100, "/api/stream/slots") == {"200": 100}
    machine.systemctl("stop", SERVICE)
    began, ended = (int(machine.show_one(SERVICE, name)) for name in ("ActiveExitTimestampMonotonic", "InactiveEnterTimestampMonotonic"))
    assert ended - began < 1_900_000, "patience with a client's last words would be two seconds"
    assert machine.show(SERVICE, "Result", "ExecMainStatus") == {"Result": "success", "ExecMainStatus": "0"}


def test_no_connection_is_lost_when_it_restarts(bridge, machine):
    knocking = machine.popen("python3", "-c", KNOCKING, stdin=-1, stdout=-1)
    for _ in range(4):
        time.sleep(0.5)
        machine.systemctl("restart", SERVICE)
    time.sleep(0.5)
    seen = json.loads(knocking.communicate(timeout=40)[0])
    assert set(seen) == {"200"} and seen["200"] > 50, seen


def test_more_streams_than_it_takes(bridge, machine, many):
    assert bridge.get("/api/slots").status == 200
    before = descriptors(machine)
    assert many(300, "/api/stream/slots") == {"200": 256, "503": 44}
    refused = bridge.get("/api/stream/slots", patience=5)
    assert (refused.status, refused.code) == (503, "system.too_many_streams") and refused.headers["retry-after"]
    assert statistics.median(bridge.get("/api/slots").seconds for _ in range(20)) < 0.5, "requests are answered beside them"
    assert descriptors(machine)[1] == before[1], "no thread for a stream"


def test_clients_that_have_gone_leave_nothing(bridge, machine):
    assert bridge.get("/api/slots").status == 200
    before = wait_until(lambda: descriptors(machine), "descriptors")
    process = machine.popen("python3", "-c", MANY_STREAMS, 100, "/api/stream/slots", stdin=-1, stdout=-1)
    assert json.loads(process.stdout.readline()) == {"200": 100}
    assert descriptors(machine)[0] >= before[0] + 100
    process.stdin.close()
    process.wait(timeout=20)
    wait_until(lambda: descriptors(machine)[0] <= before[0] + 2, "the descriptors are closed")


def test_hal0d_is_brought(bridge, machine):
    machine.systemctl("stop", "hal0d.service")
    answer = bridge.get("/api/slots")
    assert answer.status == 200 and machine.show_one("hal0d.service", "ActiveState") == "active"


def test_hal0d_that_cannot_be_brought(bridge, machine):
    machine.systemctl("mask", "--runtime", "--now", "hal0d.service")
    try:
        answer = bridge.get("/api/slots")
        assert (answer.status, answer.code) == (503, "system.dbus_unavailable")
        assert answer.headers["retry-after"] and "hal0d" in answer.json["error"]["message"]
        assert bridge.get("/api/health").status == 200
        system = bridge.get("/api/health/system").json
        assert system["status"] == "degraded" and not system["checks"]["dbus"]["ok"]
        assert min(bridge.ask("HEAD", "/api/status").seconds for _ in range(3)) < 1
    finally:
        machine.systemctl("unmask", "--runtime", "hal0d.service")
    assert bridge.get("/api/slots").status == 200


@pytest.mark.parametrize("port", ["0", "70000", "http", "8080x"])
def test_a_port_by_hand_that_is_none(machine, port):
    ended = machine.run("env", f"HAL0_HTTP_PORT={port}", machine.program(SERVICE), check=False)
    assert ended.returncode == 1 and "HAL0_HTTP_PORT is not a port: give a number from 1 to 65535" in ended.stderr


def test_a_hal0d_that_hangs_holds_nobody_up(bridge, machine, make_slot):
    """Reads come from the mirror: nobody is asked."""
    slot = make_slot(model=TINY)
    slot.start()
    assert wait_until(lambda: bridge.slot(slot.name)["state"] == "ready", "ready")
    pid = machine.show_one("hal0d.service", "MainPID")
    machine.run("kill", "-STOP", pid)
    try:
        time.sleep(2)  # the figures are old by then
        # Who asked hal0d would wait until it goes on.
        took = [bridge.get(f"/api/slots/{slot.name}/state").seconds for _ in range(5)]
        assert min(took) < 0.2 and max(took) < 5
        assert bridge.get("/api/slots").seconds < 5
        assert min(bridge.ask("HEAD", "/api/status").seconds for _ in range(3)) < 1
    finally:
        machine.run("kill", "-CONT", pid)


def test_hal0d_killed_under_open_streams(bridge, machine, make_slot):
    slot = make_slot(model=TINY)
    stream = bridge.follow("/api/stream/slots")
    stream.until(lambda: stream.data("slots"), "the snapshot")
    machine.systemctl("kill", "--signal=KILL", "hal0d.service")
    stream.until(lambda: len(stream.data("slots")) > 1, "another snapshot when it is back")
    slot.start()
    stream.until(lambda: any(one["name"] == slot.name and one["state"] == "ready" for one in stream.data("slot")), "ready")
    assert sum("open" in one for one in stream.seen) == 1, "the stream was never cut"


@pytest.mark.parametrize("headers, status, code", [
    (["Host: evil.example"], 421, "auth.bad_host"),
    (["Host:"], 400, None),
    (["Host: localhost.evil.example"], 421, "auth.bad_host"),
    (["Host: LOCALHOST:8080"], 200, None),
    (["Host: [::1]:8080"], 200, None),
])
def test_hosts(bridge, headers, status, code):
    answer = bridge.get("/api/slots", *headers)
    assert answer.status in (status, 421 if status == 400 else status), answer.text
    assert code is None or answer.code == code


@pytest.mark.parametrize("headers, status", [
    (["Origin: http://evil.example"], 403),
    (["Origin: null"], 403),
    (["Origin: http://127.0.0.1:8081"], 403),
    (["Sec-Fetch-Site: cross-site"], 403),
    (["Origin: http://127.0.0.1:8080", "Sec-Fetch-Site: same-origin"], 404),
    ([], 404),
])
def test_writes_of_another_site(bridge, headers, status):
    assert bridge.ask("POST", "/api/slots/nobody/load", None, *headers).status == status


def test_a_token(bridge, machine):
    machine.write("/etc/hal0/http.token", "let-me-in\n")
    machine.run("chmod", "0600", "/etc/hal0/http.token")
    try:
        machine.systemctl("restart", SERVICE)
        assert bridge.get("/api/health").status == 200
        for headers in ([], ["Authorization: Bearer let-me"], ["Authorization: Basic let-me-in"]):
            answer = bridge.get("/api/slots", *headers)
            assert (answer.status, answer.code) == (401, "auth.required")
        assert bridge.get("/api/slots", "Authorization: Bearer let-me-in").status == 200
        said = machine.run("hal0", "slot", "list", check=False)
        assert said.returncode == 1 and "HAL0_TOKEN" in said.stderr
        assert machine.run("env", "HAL0_TOKEN=let-me-in", "hal0", "slot", "list").returncode == 0
        for nothing_to_send in ("", "two words"):
            machine.write("/etc/hal0/http.token", nothing_to_send)
            assert machine.systemctl("restart", SERVICE, check=False).returncode != 0, "a file that cannot be right opens the door to nobody"
    finally:
        machine.remove("/etc/hal0/http.token")
        machine.systemctl("reset-failed", SERVICE, SOCKET, check=False)
        machine.systemctl("restart", SOCKET, SERVICE)
    assert bridge.get("/api/slots").status == 200


def test_what_a_client_says_appears_nowhere(bridge, machine):
    cursor = machine.cursor()
    answer = bridge.get("/api/slots", "X-Request-ID: bad id\tx", "X-Secret: s3cr3t", "Cookie: s3cr3t")
    assert "s3cr3t" not in answer.text + str(answer.headers) and answer.headers["x-request-id"] != "bad id\tx"
    assert bridge.get("/api/slots", "X-Request-ID: mine-1").headers["x-request-id"] == "mine-1"
    assert not [one for one in machine.journal(SERVICE, cursor) if "s3cr3t" in str(one)]


def test_what_it_can_reach(bridge, machine):
    """No file but its own, no network, no right."""
    assert bridge.get("/api/health").status == 200
    pid = machine.show_one(SERVICE, "MainPID")
    shown = machine.shell('cat /proc/$1/status; ls -l /proc/$1/ns/net /proc/1/ns/net', pid).stdout
    assert "CapEff:\t0000000000000000" in shown and "NoNewPrivs:\t1" in shown and "Seccomp:\t2" in shown
    assert len({line.rpartition("net:")[2] for line in shown.splitlines() if "ns/net" in line}) == 2, "a network of its own: none"
