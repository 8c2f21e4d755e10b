"""The shop: a small HTTP application as a release would bring it. Standard library only.

    /         the shop's page as JSON
    /health   for the load balancer

Its environment: HOST and PORT to listen on, RELEASE_VERSION (told in every answer),
PRODUCTION_PORT (the listener that clients come through), and the faults of a bad release. Such
clients alone meet FAULT_PERCENT (so many of a hundred requests answer 500) and FAULT_VERSION (told
instead of the true one). Everybody meets SERIAL_SECONDS: the page takes so long, and the next who
asks waits for it, as behind one lock. Who asks alone hardly sees that; many at once do.
"""

import asyncio
import json
import os
import random
import signal
from dataclasses import dataclass

PRODUCTS = [
    {"name": "viridian", "hex": "#40826d", "price": "12.50"},
    {"name": "malachite", "hex": "#0bda51", "price": "18.00"},
    {"name": "verdigris", "hex": "#43b3ae", "price": "9.75"},
]
REASONS = {200: "OK", 404: "Not Found", 500: "Internal Server Error"}


@dataclass(frozen=True)
class Settings:
    """The process environment, read once."""

    host: str
    port: int
    version: str
    production_port: str
    fault_percent: float
    fault_version: str
    serial_seconds: float

    @classmethod
    def from_env(cls) -> "Settings":
        """Faults are off unless they are named."""
        return cls(
            os.environ.get("HOST", "0.0.0.0"),  # noqa: S104  (a container's own network)
            int(os.environ["PORT"]),
            os.environ.get("RELEASE_VERSION", "unknown"),
            os.environ.get("PRODUCTION_PORT", ""),
            float(os.environ.get("FAULT_PERCENT", "0")),
            os.environ.get("FAULT_VERSION", ""),
            float(os.environ.get("SERIAL_SECONDS", "0")),
        )


@dataclass
class Shop:
    """What to answer to whom, and when."""

    settings: Settings
    _free_at: float = 0.0

    def answer(self, path: str, headers: dict[str, str]) -> bytes:
        """A whole HTTP response."""
        is_client = headers.get("x-forwarded-port") == self.settings.production_port
        version = self.settings.version
        if is_client and self.settings.fault_version:
            version = self.settings.fault_version
        status, body = self._page(path, is_client)
        return _response(status, {**body, "version": version}, version)

    def takes_seconds(self, path: str, now: float) -> float:
        """How long an answer takes from now on: the page's, one after the other."""
        if path != "/":
            return 0.0
        self._free_at = max(now, self._free_at) + self.settings.serial_seconds
        return self._free_at - now

    def _page(self, path: str, is_client: bool) -> tuple[int, dict[str, object]]:
        if path == "/health":
            return 200, {"status": "ok"}
        if path != "/":
            return 404, {"error": f"{path}: no such page"}
        if is_client and random.random() * 100 < self.settings.fault_percent:  # noqa: S311
            return 500, {"error": "the shop is on fire"}
        return 200, {"shop": "The Colour Shop", "products": PRODUCTS}


def _response(status: int, body: dict[str, object], version: str) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status} {REASONS[status]}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        f"X-Release-Version: {version}\r\n\r\n"
    )
    return head.encode() + content


class Connection(asyncio.Protocol):
    """HTTP/1.1 over a connection that is kept; requests without a body."""

    def __init__(self, shop: Shop, all_open: set[asyncio.Transport]) -> None:
        self._shop = shop
        self._all_open = all_open
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._all_open.add(transport)

    def connection_lost(self, _error: Exception | None) -> None:
        self._all_open.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        *requests, self._unread = (self._unread + data).split(b"\r\n\r\n")
        for request in requests:
            path, headers = _parse(request)
            answer = self._shop.answer(path, headers)
            loop = asyncio.get_running_loop()
            if seconds := self._shop.takes_seconds(path, loop.time()):
                loop.call_later(seconds, self._transport.write, answer)
            else:
                self._transport.write(answer)


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM; without SERIAL_SECONDS each request is answered as it comes in."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    shop, all_open = Shop(settings), set[asyncio.Transport]()
    listening = await loop.create_server(
        lambda: Connection(shop, all_open), settings.host, settings.port
    )
    print(f"shop {settings.version} listens on {settings.host}:{settings.port}", flush=True)
    await stop.wait()
    listening.close()
    for transport in all_open:
        transport.close()


def _parse(request: bytes) -> tuple[str, dict[str, str]]:
    """Path and headers of a request, header names in lower case."""
    first, *lines = request.decode("latin-1").split("\r\n")
    path = first.split(" ")[1].partition("?")[0]
    fields = (line.partition(":") for line in lines if line)
    return path, {name.lower(): value.strip() for name, _, value in fields}


if __name__ == "__main__":
    asyncio.run(serve(Settings.from_env()))
