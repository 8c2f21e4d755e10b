"""Steady clients: how many, to whom, until when."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from emulator.ports import free_port
from rehearsal.traffic import Answers, Traffic
from rehearsal.traffic.client import Load, Pace

RATE = 100.0


@pytest.fixture
def server() -> Iterator[str]:
    class Shop(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(500 if self.path == "/broken" else 200)
            self.send_header("X-Release-Version", "1.0.0")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    listening.daemon_threads = True
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listening.server_address[1]}"
    listening.shutdown()
    listening.server_close()


def load(**changes: Any) -> Load:
    settings = {"url": "http://127.0.0.1:80/", "rate": 200, "seconds": 10, "count": 1000}
    return Load(**{**settings, **changes})


@pytest.mark.parametrize(
    ("elapsed", "due"), [(0, 0), (0.5, 100), (4.999, 999), (5, 1000), (60, 1000)]
)
def test_what_is_due_follows_the_rate_up_to_the_count(elapsed: float, due: int) -> None:
    assert Pace(load()).due(elapsed) == due


def test_what_is_due_follows_the_rate_up_to_the_time() -> None:
    assert Pace(load(seconds=2)).due(60) == 400


def test_what_is_due_follows_a_rate_that_changes() -> None:
    pace = Pace(load())
    assert pace.due(1) == 200
    pace.rate = 50
    assert [pace.due(2), pace.due(3)] == [250, 300]


@pytest.mark.parametrize("url", ["http://192.0.2.1/", "http://10.0.0.1:8080/"])
def test_only_loopback_gets_traffic(url: str) -> None:
    with pytest.raises(ValueError, match="wanted an address of loopback"):
        load(url=url)


def answers_from(url: str, tmp_path: Path, *, until: int) -> Answers:
    with Traffic(url, rate=RATE, log=tmp_path / "answers.csv") as traffic:
        deadline = time.monotonic() + 60
        while traffic.answers().requests < until and time.monotonic() < deadline:
            time.sleep(0.02)
    return traffic.answers()


@pytest.mark.parametrize(("path", "status", "failed"), [("/", 200, 0), ("/broken", 500, 1)])
def test_every_answer_is_counted_by_version_and_status(
    server: str, tmp_path: Path, path: str, status: int, failed: int
) -> None:
    answers = answers_from(f"{server}{path}", tmp_path, until=30)
    assert answers.by_version["1.0.0"][status] == answers.requests >= 30
    assert answers.failed == failed * answers.requests


def test_no_more_is_sent_than_the_rate_says(server: str, tmp_path: Path) -> None:
    started = time.monotonic()
    answers = answers_from(f"{server}/", tmp_path, until=30)
    assert 30 <= answers.requests <= RATE * (time.monotonic() - started)


def test_refused_connections_are_failures(tmp_path: Path) -> None:
    answers = answers_from(f"http://127.0.0.1:{free_port()}/", tmp_path, until=5)
    assert answers.by_version["-"][0] == answers.requests == answers.failed
