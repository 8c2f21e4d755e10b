"""LoadTest: ask the candidate as many at once as clients would, before any client meets it.

A hook of the shop's deployments, called when the candidate is ready. `pass`: every limit is kept.
`fail`: one is not, or what answers is not the candidate. `inconclusive`: too little could be asked.

Standard library only. It measures itself where it has less than one vCPU (1769 MB), and is over
within `longest_seconds` and three times `patience_seconds`.
"""

import ssl
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, IncompleteRead
from socket import create_connection
from typing import Any
from urllib.parse import urlsplit

VERSION_HEADER = "X-Release-Version"
CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True)
class Load:
    """What is asked, and what may come of it."""

    requests: int = 200
    clients: int = 40  # 20 for each of two tasks, 10 for each of four
    longest_seconds: float = 20  # no request begins later
    patience_seconds: float = 5  # for a connection, for an answer's beginning and for its end
    most_failed_percent: float = 1
    p99_seconds: float = 0.5


@dataclass(frozen=True)
class Answer:
    """What became of a request: status 0 is no answer, `unasked` why there was no connection."""

    status: int = 0
    version: str | None = None
    seconds: float = 0.0
    unasked: str = ""


LOAD = Load()


def handler(event: dict[str, Any], _context: object, load: Load = LOAD) -> dict[str, str]:
    """The verdict on the candidate of the event, and its reason in a line."""
    end, trust = time.monotonic() + load.longest_seconds, ssl.create_default_context()
    with ThreadPoolExecutor(load.clients) as pool:  # left only when all of them are done
        clients = [pool.submit(_client, event, load, trust, end) for _ in range(load.clients)]
    answers = [answer for client in clients for answer in client.result()]
    verdict, reason = judge(answers, event["version"], load)
    return {"verdict": verdict, "reason": " ".join(reason.split())[:200]}


class Connection(HTTPConnection):
    """To the host that is to be asked, under the test URL's name; opened anew after a failure."""

    def __init__(self, event: dict[str, Any], trust: ssl.SSLContext, timeout: float) -> None:
        url = urlsplit(event["test_url"])
        self._trust = trust if url.scheme == "https" else None
        self.default_port = 443 if self._trust else 80
        super().__init__(url.netloc, timeout=timeout)
        self._place = event["connect_to"] or self.host, self.port

    def connect(self) -> None:
        self.sock = create_connection(self._place, self.timeout)
        if self._trust:
            self.sock = self._trust.wrap_socket(self.sock, server_hostname=self.host)


def _client(event: dict[str, Any], load: Load, trust: ssl.SSLContext, end: float) -> list[Answer]:
    """A client's share of the requests, each after the answer to the one before."""
    share = range(load.requests // load.clients)
    with closing(Connection(event, trust, load.patience_seconds)) as connection:
        return [_ask(connection, event["headers"]) for _ in share if time.monotonic() < end]


def _ask(connection: Connection, headers: dict[str, str]) -> Answer:
    try:
        if connection.sock is None:
            connection.connect()
        started = time.monotonic()
    except OSError as error:
        connection.close()
        return Answer(unasked=str(error) or repr(error))
    try:
        connection.request("GET", "/", headers=headers)
        with connection.getresponse() as response:
            until = time.monotonic() + (connection.timeout or 0)
            while response.read1(CHUNK_BYTES):
                if time.monotonic() > until:  # each read of a body that drips is in time
                    raise TimeoutError
            if response.length:
                raise IncompleteRead(b"", response.length)
    except (OSError, HTTPException):
        connection.close()
        return Answer()
    seconds = time.monotonic() - started
    return Answer(response.status, response.headers.get(VERSION_HEADER), seconds)


def judge(answers: Sequence[Answer], version: str, load: Load) -> tuple[str, str]:
    """The verdict, with the numbers that it compares; a limit counts however few were asked."""
    asked = [answer for answer in answers if not answer.unasked]
    told = [answer for answer in asked if answer.status]
    others = [a.version or "none" for a in told if a.status < 500 and a.version != version]
    failed = [answer for answer in asked if not 0 < answer.status < 500]
    percent = 100 * len(failed) / max(len(asked), 1)
    p99 = _p99([answer.seconds for answer in told])
    found = (
        f"{len(asked)} of {load.requests} requests by {load.clients} at once:"
        f" p99 {p99:.3f} s (at most {load.p99_seconds:g}),"
        f" {percent:.1f} % failed (at most {load.most_failed_percent:g})"
    )
    if others:
        return "fail", f"wanted {version} in every {VERSION_HEADER}, found {others[0]}"
    if percent > load.most_failed_percent or p99 > load.p99_seconds:
        return "fail", found
    if len(asked) < load.requests / 2:
        why = [answer.unasked for answer in answers if answer.unasked] or ["the time was over"]
        return "inconclusive", f"{found}; {why[0]}"
    return "pass", found


def _p99(seconds: Sequence[float]) -> float:
    """The lowest that 99 of a hundred do not exceed; 0 for none."""
    return sorted(seconds)[(99 * len(seconds) - 1) // 100] if seconds else 0.0
