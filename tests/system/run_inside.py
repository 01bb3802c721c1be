"""Runs in the machine, and runs there what it reads from stdin, one JSON object a line: id, command, input (null: no stdin) and
timeout in seconds. When a command ends, it writes id, code (null: it took too long), out and err. Entering a machine takes much
longer than most commands do, so tests enter once. Ends with its stdin."""

import json
import subprocess
import sys
import threading

writing = threading.Lock()


def answer(request):
    stdin = {"stdin": subprocess.DEVNULL} if request["input"] is None else {"input": request["input"]}
    try:
        done = subprocess.run(request["command"], capture_output=True, text=True, errors="surrogateescape", timeout=request["timeout"], **stdin)
        code, out, err = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired:
        code, out, err = None, "", ""
    except (OSError, ValueError) as problem:  # as a shell says it
        code, out, err = 127, "", str(problem)
    with writing:
        print(json.dumps({"id": request["id"], "code": code, "out": out, "err": err}), flush=True)


for line in sys.stdin:
    threading.Thread(target=answer, args=[json.loads(line)], daemon=True).start()
