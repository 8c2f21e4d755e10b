"""A release to begin with. Python's standard library alone.

    /         what you make of it
    /health   for the load balancer

Its environment: HOST and PORT to listen on, RELEASE_VERSION (told in every answer), and, to see
what becomes of a bad release, FAULT_PERCENT: so many of a hundred clients' requests get 500, and no
check of a candidate does, since these name the side that they ask. Take it out when you saw it.
"""

import json
import os
import random
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HEALTH_PATH = "/health"
VERSION_HEADER = "X-Release-Version"
OF_A_CHECK = "X-Viridian-Target"
VERSION = os.environ.get("RELEASE_VERSION", "unknown")
FAULT_PERCENT = float(os.environ.get("FAULT_PERCENT", "0"))


class Application(BaseHTTPRequestHandler):
    """Answers every request with JSON and the version."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer goes out in one piece

    def do_GET(self) -> None:
        status, body = self._page()
        content = json.dumps(body | {"version": VERSION}).encode()
        self.send_response(status)
        self.send_header(VERSION_HEADER, VERSION)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_request(self, *_: object) -> None:
        """The load balancer counts them."""

    def _page(self) -> tuple[int, dict[str, str]]:
        path = self.path.partition("?")[0]
        if path == HEALTH_PATH:
            return 200, {"status": "ok"}
        if path != "/":
            return 404, {"error": f"{path}: no such page"}
        if OF_A_CHECK not in self.headers and random.random() * 100 < FAULT_PERCENT:  # noqa: S311
            return 500, {"error": "a bad release"}
        return 200, {"service": "orders"}


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    host = os.environ.get("HOST", "0.0.0.0")  # noqa: S104  (a container's own network)
    ThreadingHTTPServer((host, int(os.environ["PORT"])), Application).serve_forever()
