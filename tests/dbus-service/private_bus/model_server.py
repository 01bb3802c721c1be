"""A model server as llama-server is one, with nothing behind it: it says what the test wants."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ModelServer(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port, model):
        super().__init__(("127.0.0.1", port), Handler)
        self.model = model
        self.healthy = False
        self.busy = 0        # requests in flight
        self.answered = 0    # requests since the start
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def handle_error(self, _request, _client):
        """Clients that reset their connection are none of the test's business."""

    def close(self):
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        answers = {
            "/health": json.dumps({"status": "ok"}),
            "/v1/models": json.dumps({"data": [{"id": server.model}] if server.model else []}),
            "/slots": json.dumps([{"id": i, "is_processing": i < server.busy} for i in range(4)]),
            "/metrics": f"llamacpp:tokens_predicted_total {server.answered * 10}\nllamacpp:n_decode_total {server.answered * 10}\n"
                        f"llamacpp:prompt_tokens_total {server.answered * 5}\nllamacpp:requests_processing {server.busy}\n",
        }
        if not server.healthy:
            self.answer(503, json.dumps({"error": {"code": 503, "message": "Loading model"}}))
        else:
            self.answer(200 if self.path in answers else 404, answers.get(self.path, "{}"))

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass
