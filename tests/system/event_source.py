"""Runs in the machine: an event source as browsers have it (the HTML standard, "Server-sent events"), for 127.0.0.1:8080. It
connects again when the stream ends or cannot be had, after the time that the server asks for, with the id of the last event.
Prints what happens, one JSON object a line; `at` is the monotonic clock. Ends with its stdin.

usage: event_source.py PATH [once]      once: ends with the stream"""

import http.client
import json
import os
import sys
import threading
import time

path, once = sys.argv[1], sys.argv[2:] == ["once"]
last_id, retry = "", 3.0


def end_with_stdin():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_stdin, daemon=True).start()


def say(**what):
    print(json.dumps({"at": time.monotonic(), **what}), flush=True)


def events(lines):
    """Fields of a stream, as events: name, data, id."""
    global last_id, retry
    name, data = "", []
    for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line == "":
            if data:
                say(event=name or "message", data="\n".join(data), id=last_id)
            name, data = "", []
        elif field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif field == "id":
            last_id = value
        elif field == "retry" and value.isdigit():
            retry = int(value) / 1000


while True:
    connection = http.client.HTTPConnection("127.0.0.1", 8080)
    try:
        connection.request("GET", path, headers={"Accept": "text/event-stream", **({"Last-Event-ID": last_id} if last_id else {})})
        answer = connection.getresponse()
        say(open=answer.status, type=answer.getheader("content-type"))
        if answer.status != 200:
            say(body=answer.read().decode())
            if answer.status != 503:
                break
        else:
            events(line.decode().rstrip("\r\n") for line in iter(answer.readline, b""))
    except (OSError, http.client.HTTPException) as problem:
        say(lost=str(problem))
    connection.close()
    say(ended=True)
    if once:
        break
    time.sleep(retry)
