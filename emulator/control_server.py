"""The emulator's own switches, on a port beside its endpoint.

POST /enforce-iam {"on": true}; POST /faults {"silence_metrics": true, "metric_delay_seconds": 30};
POST /kill-target {"port": 15000}; POST /interferences with one (`interference.py`) answers its
number, by which /interferences/seen tells how often it was met, /interferences/let-go and
/interferences/end it;
GET /metrics-of-calls answers the count of each `service:Action` since the start.
"""

import json
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Route = Callable[[dict[str, Any]], Any]


class ControlServer:
    """Serves `routes`, keyed by method and path, until closed."""

    def __init__(self, routes: dict[tuple[str, str], Route]) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.routes = routes
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # of many who ask at once, the sixth would wait for a second
    routes: dict[tuple[str, str], Route]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._answer("GET", {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer("POST", json.loads(body or b"{}"))

    def log_message(self, *_args: Any) -> None:
        """Say nothing: standard output carries the ready line only."""

    def _answer(self, method: str, request: dict[str, Any]) -> None:
        route = self.server.routes.get((method, self.path))
        try:
            answer = route(request) if route else {"error": f"no route {method} {self.path}"}
            status = HTTPStatus.OK if route else HTTPStatus.NOT_FOUND
        except (KeyError, TypeError, ValueError) as problem:
            answer, status = {"error": str(problem)}, HTTPStatus.BAD_REQUEST
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
