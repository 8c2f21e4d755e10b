"""The example application, as a process and over HTTP."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from emulator.ports import free_port

APP = Path(__file__).parents[2] / "examples" / "shop" / "app.py"
Start = Callable[..., tuple[subprocess.Popen[str], HTTPConnection]]
CLIENT = {"X-Forwarded-Port": "8080"}


@pytest.fixture
def shop() -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start(**environment: str) -> tuple[subprocess.Popen[str], HTTPConnection]:
        port = free_port()
        settings = {"HOST": "127.0.0.1", "PORT": str(port), "RELEASE_VERSION": "1.1.0"}
        process = subprocess.Popen(
            [sys.executable, APP],
            env={**os.environ, **settings, "PRODUCTION_PORT": "8080", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        assert "listens" in next(iter(process.stdout or ()))
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        return process, connection

    yield start
    for process in started:
        process.kill()
        process.communicate()


def ask(connection: HTTPConnection, path: str = "/", **headers: str) -> tuple[int, str | None, Any]:
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.getheader("X-Release-Version"), json.loads(answer.read())


def test_its_page_tells_its_version(shop: Start) -> None:
    _, connection = shop()
    status, version, body = ask(connection)
    assert (status, version, body["version"]) == (200, "1.1.0", "1.1.0")


def test_a_connection_is_kept_over_requests(shop: Start) -> None:
    _, connection = shop()
    ask(connection)
    socket = connection.sock
    assert ask(connection, "/health")[0] == 200
    assert connection.sock is socket


def test_faults_are_met_by_clients_of_production_alone(shop: Start) -> None:
    _, connection = shop(FAULT_PERCENT="100")
    assert ask(connection)[0] == 200
    assert ask(connection, **{"X-Forwarded-Port": "8081"})[0] == 200
    assert ask(connection, **CLIENT)[0] == 500
    assert ask(connection, "/health", **CLIENT)[0] == 200


def test_a_wrong_version_is_told_to_clients_of_production_alone(shop: Start) -> None:
    _, connection = shop(FAULT_VERSION="0.9.0")
    assert ask(connection)[1] == "1.1.0"
    assert ask(connection, **CLIENT)[1] == "0.9.0"


def test_sigterm_ends_it_quietly_with_connections_open(shop: Start) -> None:
    process, connection = shop()
    ask(connection)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, "")
