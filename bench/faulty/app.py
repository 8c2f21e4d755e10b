"""A release that is well until clients come: FAULT names what is wrong with it then.

It answers its health checks and its smoke tests well, whatever the fault, and what Viridian asks on
the production route, too, unless nothing else could find the fault. Standard library only.
"""

import asyncio
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

VERSION = os.environ["RELEASE_VERSION"]
FAULT = os.environ["FAULT"]
STARTED = time.monotonic()
BODY = b"hello"
# The share of all traffic, in requests a second of one task, from which "at 100 % only" is bad.
BUSY_PER_SECOND = 75

UNCOUNTED = ("wrong version", "truncated")
"""What no load balancer counts: only who asks production finds it."""

TURNS_BAD_SECONDS = float(os.environ.get("TURNS_BAD_SECONDS", "60"))

requests: list[float] = []
"""When clients asked, in seconds since the start."""


def answer(status: int = 200, version: str = VERSION, length: int = len(BODY)) -> bytes:
    head = (
        f"HTTP/1.1 {status} -\r\nContent-Length: {length}\r\nX-Release-Version: {version}\r\n\r\n"
    )
    return head.encode() + BODY


def is_first_task() -> bool:
    """Whether this is the one bad task: the first that claims to be."""
    try:
        Path(os.environ["HOME"], f"viridian-bench-{os.getppid()}-{VERSION}").touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


IS_BAD_TASK = FAULT == "one bad task" and is_first_task()


async def to_client() -> bytes | None:
    """What a client gets; None cuts the connection."""
    age = time.monotonic() - STARTED
    requests.append(age)
    rate = sum(at > age - 1 for at in requests[-2 * BUSY_PER_SECOND :])
    if FAULT == "hang":
        await asyncio.sleep(3600)
    if FAULT == "slow leak":
        await asyncio.sleep(min(8.0, len(requests) / 100))
    if FAULT == "crash at load" and len(requests) > 40:
        os._exit(1)
    faults: dict[str, Callable[[], bytes | None]] = {
        "5xx": lambda: answer(500) if random.random() < 0.2 else answer(),  # noqa: S311
        "3 %": lambda: answer(500) if random.random() < 0.03 else answer(),  # noqa: S311
        "wrong version": lambda: answer(version="0.0.1"),
        "bad at 100 % only": lambda: answer(500) if rate > BUSY_PER_SECOND else answer(),
        "bad after promotion": lambda: answer(500) if age > TURNS_BAD_SECONDS else answer(),
        "404": lambda: answer(404),
        "truncated": lambda: answer(length=1000),
        "connection resets": lambda: None,
        "one bad task": lambda: answer(500) if IS_BAD_TASK else answer(),
    }
    return faults.get(FAULT, answer)()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).lower()
        except (asyncio.IncompleteReadError, ConnectionError):
            break
        port = f"x-forwarded-port: {os.environ['PRODUCTION_PORT']}".encode()
        is_asked_by_viridian = b"user-agent: viridian" in request
        is_client = port in request and (FAULT in UNCOUNTED or not is_asked_by_viridian)
        content = await to_client() if is_client else answer()
        if content is None:
            writer.transport.abort()
            break
        writer.write(content)
        if FAULT == "truncated" and is_client:
            break
    writer.close()


async def main() -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await asyncio.start_server(serve, os.environ["HOST"], int(os.environ["PORT"]))
    await stop.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
