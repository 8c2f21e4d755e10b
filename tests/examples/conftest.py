"""The shop as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from emulator.ports import free_port

SHOP = Path(__file__).parents[2] / "examples" / "shop"
Start = Callable[..., tuple[subprocess.Popen[str], HTTPConnection]]
CLIENT = {"X-Forwarded-Port": "8080"}


@pytest.fixture
def shop() -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start(**environment: str) -> tuple[subprocess.Popen[str], HTTPConnection]:
        port = free_port()
        settings = {"HOST": "127.0.0.1", "PORT": str(port), "RELEASE_VERSION": "1.1.0"}
        process = subprocess.Popen(
            [sys.executable, SHOP / "app.py"],
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
