"""Runs a command many times; see tests/bench/cli. The peer is a process of its own, so that it takes no time from it but its answer's."""

import json
import os
import socket
import statistics
import subprocess
import sys
import time

from peer import slot


def answer_forever(listener):
    """One ready-made answer for every connection."""
    body = json.dumps([slot(f"slot-{number:02}", "ready", ctx_max=4096, image="example.org/image:tag") for number in range(20)]).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    while True:
        connection, _ = listener.accept()
        connection.recv(65536)
        connection.sendall(head + body)
        connection.close()


def milliseconds(command, environment):
    began = time.perf_counter()
    process = os.posix_spawn(command[0], command, environment, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    assert os.waitpid(process, 0)[1] == 0, f"{command} failed"
    return (time.perf_counter() - began) * 1000


def peak_megabytes(command, environment):
    """As time(1) measures it: of a child of this process the kernel would count what Python has taken, too."""
    run = subprocess.run(["/usr/bin/time", "--format=%M", *command], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    return int(run.stderr) / 1024


def figure(what, value, unit, target=None):
    missed = target is not None and value > target
    print(f"{what:64} {value:9.2f} {unit:3} {'' if target is None else f'<= {target}'}{'  MISSED' if missed else ''}")
    return missed


def main(hal0, runs):
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    peer = os.fork()
    if peer == 0:
        answer_forever(listener)
    try:
        environment = {**os.environ, "HAL0_API_URL": f"http://localhost:{listener.getsockname()[1]}"}
        listed = [milliseconds([hal0, "slot", "list"], environment) for _ in range(runs)]
        floor = [milliseconds(["/bin/true"], environment) for _ in range(runs)]
        memory = max(peak_megabytes([hal0, "slot", "list"], environment) for _ in range(10))
    finally:
        os.kill(peer, 9)
        os.waitpid(peer, 0)
    figure(f"/bin/true, median of {runs}", statistics.median(floor), "ms")
    missed = figure(f"hal0 slot list with 20 slots, median of {runs}", statistics.median(listed), "ms", 8)
    missed |= figure("hal0 slot list with 20 slots, most memory", memory, "MB", 10)
    return int(missed)


sys.exit(main(os.path.abspath(sys.argv[1]), int(sys.argv[2])))
