"""The example application, as a process and over HTTP."""

import json
import signal
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.examples.conftest import CLIENT, SHOP, Start


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


def test_a_serial_page_takes_its_time_after_the_one_before(shop: Start) -> None:
    _, first = shop(SERIAL_SECONDS="0.3")
    second, aside = (HTTPConnection(first.host, first.port, timeout=20) for _ in range(2))
    began = time.monotonic()
    for connection in (first, second):
        connection.request("GET", "/")
    assert ask(aside, "/health")[0] == 200
    healthy = time.monotonic() - began
    for connection in (first, second):
        connection.getresponse().read()
    together = time.monotonic() - began
    ask(first)
    alone = time.monotonic() - began - together

    assert healthy < 0.3
    assert together >= 0.6
    assert 0.3 <= alone < 0.6


def test_sigterm_ends_it_quietly_with_connections_open(shop: Start) -> None:
    process, connection = shop()
    ask(connection)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, "")


@pytest.mark.parametrize("release", (SHOP / "releases").iterdir(), ids=lambda path: path.name)
def test_every_release_is_the_shop_under_another_environment(release: Path) -> None:
    assert (release / "app.py").read_text() == (SHOP / "app.py").read_text()
    assert json.loads((release / "release.json").read_text())["version"] == release.name
