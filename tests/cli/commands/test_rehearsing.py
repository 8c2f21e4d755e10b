"""`rehearse` says what is missing before it starts anything."""

import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.sole_use import sole_use
from tests.cli.conftest import Told


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """The command takes SIGTERM, in a process of its own; this one keeps what it had."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    folder = tmp_path / "orders"
    assert Told("init", str(folder), "--yes").code == 0
    return folder


def test_a_folder_without_a_service_file_is_told_how_to_get_one(tmp_path: Path) -> None:
    result = Told("rehearse", str(tmp_path))

    assert (result.code, result.err) == (
        1,
        f"{tmp_path}: no service.yaml there; viridian init {tmp_path} writes one\n",
    )


def test_a_release_of_another_service_is_told(orders: Path) -> None:
    path = orders / "release" / "release.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"service": "shop"}))

    assert "service: wanted orders as in rehearsal.yaml, found shop" in (
        Told("rehearse", str(orders)).err
    )


def test_a_service_file_that_is_wrong_is_told(orders: Path) -> None:
    (orders / "rehearsal.yaml").write_text("service: orders\n")

    assert "rehearsal.yaml.steps: is missing" in Told("rehearse", str(orders)).err


def test_without_node_it_is_asked_for(orders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JSII_NODE", str(orders / "no-node"))

    assert "node: not found; the CDK runs on it: install" in Told("rehearse", str(orders)).err


def test_two_in_one_folder_are_refused(orders: Path) -> None:
    with sole_use(orders / ".viridian"):
        assert "another rehearsal runs in it" in Told("rehearse", str(orders)).err


def test_a_port_that_is_taken_is_told(orders: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = Told("rehearse", str(orders), "--port", str(port))

    assert result.code == 1
    assert f"127.0.0.1:{port}: Address already in use; give another port" in result.err
