"""A scripted stand-in for the bridge: answers by a table, records what it was asked, and streams what a test puts in."""

import itertools
import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

END = object()    # ends a stream properly
HANG = object()   # answers nothing any more


def slot(name, state="offline", **more):
    return {"name": name, "state": state, "status": state, "port": 8081, "model_id": "tiny", "model_default": "tiny", "backend": "vulkan", "kind": "local",
            "metadata": {"message": "", "updated_at": 1.0}, "config_drift": {"drifted": False, "diffs": []}, **more}


def error(code, message, **details):
    return {"error": {"code": code, "message": message, "details": details}}


def frame(state, at, message="", model="tiny"):
    data = {"name": "chat", "state": state, "port": 8081, "model_id": model, "backend": "vulkan", "message": message, "updated_at": at}
    return f"id: {at}\nevent: state\ndata: {json.dumps(data)}\n\n"


class Stream:
    """One connection's frames, for an answer that is called for."""

    def __init__(self, *frames):
        self.frames = frames


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        peer = self.server.peer
        peer.requests.append((self.command, self.path, json.loads(body) if body else None, dict(self.headers)))
        answer = peer.answers.get((self.command, self.path), (404, error("system.http_404", f"there is no {self.path}")))
        if callable(answer):
            answer = answer()
        if answer is HANG:
            peer.closing.wait(20)
            self.close_connection = True
        elif isinstance(answer, list):
            self.stream(answer.pop(0) if answer else [END])
        elif isinstance(answer, Stream):
            self.stream(answer.frames)
        else:
            self.plain(*answer)

    do_GET = do_POST = do_PUT = do_DELETE = do

    def plain(self, status, body):
        data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream(self, frames):
        """One connection: the frames at once, then those of the peer's queue if the last is not END."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.close_connection = True
        try:
            for one in itertools.chain(frames, iter(self.server.peer.live.get, None)):
                if one is END:
                    break
                self.wfile.write(b"%x\r\n%s\r\n" % (len(one.encode()), one.encode()))
                self.wfile.flush()
        except OSError:
            pass


class Server(ThreadingHTTPServer):
    daemon_threads = True


class Peer:
    def __init__(self):
        self.answers, self.requests = {}, []
        self.live, self.closing = queue.Queue(), threading.Event()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.peer = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def on(self, method, path, body, status=200):
        self.answers[method, path] = (status, body)

    def streams(self, path, *connections):
        """Each connection gets its list of frames; one without END stays open for push()."""
        self.answers["GET", path] = list(connections)

    def push(self, *frames):
        for one in frames:
            self.live.put(one)

    def pushes_after(self, method, path, answer, *frames):
        """The answer of a request, after which these frames are streamed."""
        def act():
            self.push(*frames)
            return 200, answer
        self.answers[method, path] = act

    def asked(self, method):
        return [(path, body) for verb, path, body, _ in self.requests if verb == method]

    def close(self):
        self.closing.set()
        self.live.put(None)
        self.server.shutdown()
        self.server.server_close()
