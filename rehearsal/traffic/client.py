"""Steady clients as a process of their own: so many requests a second, whatever the answers.

    python -m rehearsal.traffic.client --url http://127.0.0.1:8080/ --rate 200 --log answers.csv

An open loop: a slow answer does not hold back the next request, as it does not hold back the next
customer. Ends after its time or count, or when its standard input ends; a line that comes there is
the rate from then on. Loopback only.
"""

import argparse
import asyncio
import ipaddress
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from rehearsal.traffic.answers import NO_ANSWER, UNNAMED, Answer
from rehearsal.traffic.http import Connection, NotHttp

TIMEOUT_SECONDS = 10.0
TICK_SECONDS = 0.005
WRITE_SECONDS = 0.1
# What waits for an answer at once; above it a request counts as not answered.
MOST_IN_FLIGHT = 2000

Record = Callable[[Answer], None]


@dataclass(frozen=True)
class Load:
    """What to send; `rate` in requests a second at first, bounded in time and count."""

    url: str
    rate: float
    seconds: float
    count: int
    version_header: str = "X-Release-Version"

    def __post_init__(self) -> None:
        host = urlsplit(self.url).hostname or ""
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"{self.url}: wanted an address of loopback")

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return str(parts.hostname), parts.port or 80

    @property
    def request(self) -> bytes:
        parts = urlsplit(self.url)
        path = parts.path or "/"
        return f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()


@dataclass
class Pace:
    """How many requests should have been sent by now, at a rate that may change."""

    load: Load

    def __post_init__(self) -> None:
        self.rate, self._owed, self._elapsed = self.load.rate, 0.0, 0.0

    def due(self, elapsed_seconds: float) -> int:
        """By then: seconds since the start, never fewer than the last time."""
        elapsed = min(elapsed_seconds, self.load.seconds)
        self._owed += (elapsed - self._elapsed) * self.rate
        self._elapsed = elapsed
        return min(self.load.count, int(self._owed))


class Clients:
    """Sends the load and records each answer."""

    def __init__(self, load: Load, record: Record) -> None:
        self.pace = Pace(load)
        self._load = load
        self._record = record
        self._request = load.request
        self._version_header = load.version_header.lower().encode()
        self._idle: list[Connection] = []
        self._in_flight: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until the bounds or the stop, then wait for what is under way."""
        started, sent = time.monotonic(), 0
        while not stop.is_set():
            elapsed = time.monotonic() - started
            due = self.pace.due(elapsed)
            for _ in range(due - sent):
                self._send()
            sent = due
            if sent >= self._load.count or elapsed >= self._load.seconds:
                break
            await asyncio.sleep(TICK_SECONDS)
        await asyncio.gather(*self._in_flight)
        for connection in self._idle:
            connection.close()

    def _send(self) -> None:
        if len(self._in_flight) >= MOST_IN_FLIGHT:
            self._record(Answer(time.time(), 0.0, NO_ANSWER))
            return
        task = asyncio.create_task(self._ask())
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)

    async def _ask(self) -> None:
        sent_at = time.time()
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                status, version = await self._get()
        except (OSError, EOFError, NotHttp, ValueError, asyncio.LimitOverrunError):
            status, version = NO_ANSWER, UNNAMED
        self._record(Answer(sent_at, time.time() - sent_at, status, version))

    async def _get(self) -> tuple[int, str]:
        connection = await self._connection()
        try:
            head = await connection.get(self._request)
        except BaseException:
            connection.close()
            raise
        if connection.is_usable:
            self._idle.append(connection)
        else:
            connection.close()
        version = head.headers.get(self._version_header, UNNAMED.encode())
        return head.status, version.decode("latin-1")

    async def _connection(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_usable:
                return connection
            connection.close()
        return await Connection.open(*self._load.address)


async def run_to_log(load: Load, log: Path) -> None:
    """Send the load; the log is written several times a second."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    waiting: list[Answer] = []
    clients = Clients(load, waiting.append)

    def told() -> None:
        if line := sys.stdin.readline():
            clients.pace.rate = float(line)
        else:
            stop.set()

    loop.add_reader(sys.stdin.fileno(), told)
    with log.open("a", encoding="utf-8") as output:

        def write() -> None:
            output.write("".join(answer.to_line() for answer in waiting))
            output.flush()
            waiting.clear()

        async def write_steadily() -> None:
            while True:
                await asyncio.sleep(WRITE_SECONDS)
                write()

        writing = asyncio.create_task(write_steadily())
        await clients.run(stop)
        writing.cancel()
        write()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m rehearsal.traffic.client")
    parser.add_argument("--url", required=True)
    parser.add_argument("--rate", type=float, required=True, help="requests a second")
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=600, help="at most so long")
    parser.add_argument("--count", type=int, default=1_000_000, help="at most so many")
    parser.add_argument("--version-header", default="X-Release-Version")
    given = parser.parse_args()
    load = Load(given.url, given.rate, given.seconds, given.count, given.version_header)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    asyncio.run(run_to_log(load, given.log))


if __name__ == "__main__":
    main()
