"""The shop's load test, against the shop itself and against worse."""

import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from examples.shop.hooks.load_test import LOAD, Answer, Connection, Load, handler, judge
from tests.adapters.authority import Authority
from tests.adapters.test_http_probe import Application, Server
from tests.adapters.test_https_probe import NAME, Listening
from tests.examples.conftest import CLIENT, SHOP, Start

FEW = Load(requests=4, clients=2, patience_seconds=0.3)


def event(test_url: str, version: str = "1.1.0", **more: Any) -> dict[str, Any]:
    """What the deployment of that version tells its hook."""
    return {
        "hook": "load-test",
        "at": "after_ready",
        "service": "shop",
        "version": version,
        "deployment_id": "1",
        "candidate_percent": 0,
        "test_url": test_url,
        "production_url": "http://127.0.0.1:9",
        "connect_to": None,
        "headers": {"X-Viridian-Target": "green"},
        **more,
    }


def at(connection: HTTPConnection) -> str:
    return f"http://{connection.host}:{connection.port}"


def p99_in(reason: str) -> float:
    [seconds] = re.findall(r"p99 (\S+) s", reason)
    return float(seconds)


def environment(version: str) -> dict[str, str]:
    """What the example's release of that version runs in."""
    release = json.loads((SHOP / "releases" / version / "release.json").read_text())
    return {**release.get("environment", {}), "RELEASE_VERSION": version}


def test_a_good_release_passes_with_its_numbers(shop: Start) -> None:
    _, connection = shop(**environment("1.1.0"))
    answer = handler(event(at(connection)), None)
    assert answer["verdict"] == "pass"
    assert re.fullmatch(
        r"200 of 200 requests by 40 at once: p99 0\.\d{3} s \(at most 0\.5\),"
        r" 0\.0 % failed \(at most 1\)",
        answer["reason"],
    )
    assert p99_in(answer["reason"]) > 0


def test_the_slow_release_is_well_when_asked_by_one(shop: Start) -> None:
    _, connection = shop(**environment("1.3.0"))
    one = Load(requests=5, clients=1)
    assert handler(event(at(connection), "1.3.0"), None, one)["verdict"] == "pass"


def test_the_slow_release_fails_by_its_p99_on_each_of_four_tasks(shop: Start) -> None:
    """Two are usual, four when the load has doubled: each has a quarter of the clients."""
    _, connection = shop(**environment("1.3.0"))
    quarter = Load(requests=30, clients=LOAD.clients // 4)
    answer = handler(event(at(connection), "1.3.0"), None, quarter)
    assert answer["verdict"] == "fail"
    assert "0.0 % failed" in answer["reason"]
    assert p99_in(answer["reason"]) >= 0.79


def test_every_request_has_the_headers_and_a_500_has_failed(shop: Start) -> None:
    """The shop answers such a fault only to those who send the header."""
    _, connection = shop(FAULT_PERCENT="100")
    answer = handler(event(at(connection), headers=CLIENT), None, FEW)
    assert answer["verdict"] == "fail"
    assert "100.0 % failed" in answer["reason"]
    assert handler(event(at(connection)), None, FEW)["verdict"] == "pass"


def test_another_version_is_not_the_candidate(shop: Start) -> None:
    _, connection = shop()
    assert handler(event(at(connection), "1.2.0"), None, FEW) == {
        "verdict": "fail",
        "reason": "wanted 1.2.0 in every X-Release-Version, found 1.1.0",
    }


def test_where_nobody_listens_nothing_is_known() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        answer = handler(event(f"http://127.0.0.1:{nobody.getsockname()[1]}"), None, FEW)
    assert answer["verdict"] == "inconclusive"
    assert answer["reason"].startswith("0 of 4 requests")
    assert answer["reason"].endswith("Connection refused")


def test_no_request_begins_after_the_longest_time(shop: Start) -> None:
    _, connection = shop(SERIAL_SECONDS="0.1")
    began, running = time.monotonic(), threading.active_count()
    answer = handler(event(at(connection)), None, Load(50, clients=1, longest_seconds=0.3))
    assert time.monotonic() - began < 2
    assert threading.active_count() == running
    assert answer["verdict"] == "inconclusive"
    assert answer["reason"].endswith("the time was over")


@contextmanager
def running(server: Server) -> Iterator[int]:
    """Its port."""
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def answering(answer: Callable[[Application], object]) -> Iterator[str]:
    """A URL at which / is answered so."""
    stop = threading.Event()
    kind = type("Answering", (Application,), {"stop": stop, "_well": answer})
    with running(Server(("127.0.0.1", 0), kind)) as port:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            stop.set()


@pytest.mark.parametrize("how", ["_cut", "_dripping", "_silent", "_garbage"])
def test_an_answer_that_does_not_come_whole_has_failed_and_the_next_is_heard(how: str) -> None:
    turns = iter([how, "_chunked", "_chunked", "_chunked"])
    one, began = Load(requests=4, clients=1, patience_seconds=0.3), time.monotonic()
    with answering(lambda asked: getattr(Application, next(turns))(asked)) as url:
        answer = handler(event(url), None, one)
    assert time.monotonic() - began < 3
    assert list(turns) == []
    assert answer["verdict"] == "fail"
    assert answer["reason"].startswith("4 of 4 requests")
    assert "25.0 % failed" in answer["reason"]


def test_a_reason_is_one_short_line_whatever_the_candidate_says() -> None:
    head = f"HTTP/1.1 200 OK\r\nX-Release-Version: 1\r\n {'9' * 300}\r\nContent-Length: 0\r\n\r\n"
    with answering(lambda asked: asked.wfile.write(head.encode())) as url:
        reason = handler(event(url), None, FEW)["reason"]
    assert "found 1 999" in reason
    assert len(reason) == 200


@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("https", 443)])
def test_a_url_without_a_port_has_its_scheme_s(scheme: str, port: int) -> None:
    asked = event(f"{scheme}://{NAME}")
    assert Connection(asked, ssl.create_default_context(), timeout=1).port == port


def test_each_client_keeps_its_connection() -> None:
    asked_from: list[object] = []

    def answer(asked: Application) -> None:
        asked_from.append(asked.client_address)
        asked._answer(200, b"well")

    with answering(answer) as url:
        handler(event(url), None, Load(requests=6, clients=2))
    assert (len(asked_from), len(set(asked_from))) == (6, 2)


def test_https_is_spoken_under_the_name_of_the_url_to_the_host_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That server tells the Host that it was asked for as its version."""
    authority = Authority.new(tmp_path)
    trusted = tmp_path / "trusted.pem"
    trusted.write_text(authority.pem)
    server = Listening(authority.server(NAME))
    with running(server) as port:
        host = f"{NAME}:{port}"
        asked = event(f"https://{host}", host, connect_to="127.0.0.1")
        stranger = handler(asked, None, FEW)
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        answer = handler(asked, None, FEW)
    assert answer["verdict"] == "pass"
    assert set(server.asked_for) == {NAME}
    assert stranger["verdict"] == "inconclusive"
    assert "CERTIFICATE_VERIFY_FAILED" in stranger["reason"]


WELL = Answer(200, "1.1.0", 0.5)
SLOW = Answer(200, "1.1.0", 0.51)
NO_ANSWER = Answer()
UNASKED = Answer(unasked="refused")


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ([WELL] * 200, "pass"),
        ([WELL] * 198 + [SLOW] * 2, "pass"),
        ([WELL] * 197 + [SLOW] * 3, "fail"),
        ([WELL] * 198 + [NO_ANSWER] * 2, "pass"),
        ([WELL] * 197 + [NO_ANSWER] * 3, "fail"),
        ([WELL] * 199 + [Answer(503, None, 0.1)], "pass"),
        ([WELL] * 199 + [Answer(404, None, 0.1)], "fail"),
        ([WELL] * 100 + [UNASKED] * 100, "pass"),
        ([WELL] * 99 + [UNASKED] * 101, "inconclusive"),
        ([WELL] * 99, "inconclusive"),
        ([SLOW] + [UNASKED] * 199, "fail"),
        ([NO_ANSWER] + [UNASKED] * 199, "fail"),
        ([], "inconclusive"),
    ],
)
def test_a_limit_is_kept_exceeded_or_unknown(answers: list[Answer], verdict: str) -> None:
    assert judge(answers, "1.1.0", LOAD)[0] == verdict
