"""GET over kept connections, as lean as it gets: the client must not be what limits the numbers."""

import asyncio
from dataclasses import dataclass

BODY_LIMIT_BYTES = 1024 * 1024


class NotHttp(Exception):
    """The answer cannot be read."""


@dataclass(frozen=True)
class Head:
    """Status and headers of an answer, header names in lower case."""

    status: int
    headers: dict[bytes, bytes]

    @classmethod
    def parse(cls, content: bytes) -> "Head":
        first, *lines = content[:-4].split(b"\r\n")
        parts = first.split(b" ", 2)
        if len(parts) < 2 or not parts[1].isdigit():
            raise NotHttp(repr(first))
        fields = (line.partition(b":") for line in lines)
        return cls(int(parts[1]), {name.lower(): value.strip() for name, _, value in fields})

    @property
    def closes(self) -> bool:
        """Whether the connection ends with this answer."""
        return self.headers.get(b"connection", b"").lower() == b"close"


class Connection:
    """One connection, used by one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._is_open = True

    @classmethod
    async def open(cls, host: str, port: int) -> "Connection":
        return cls(*await asyncio.open_connection(host, port, limit=BODY_LIMIT_BYTES))

    @property
    def is_usable(self) -> bool:
        """Whether the next request can go over it."""
        return self._is_open and not self._reader.at_eof()

    async def get(self, request: bytes) -> Head:
        """Send a whole request, read the whole answer, return its head."""
        self._writer.write(request)
        head = Head.parse(await self._reader.readuntil(b"\r\n\r\n"))
        await self._skip_body(head)
        return head

    def close(self) -> None:
        self._is_open = False
        self._writer.close()

    async def _skip_body(self, head: Head) -> None:
        if head.headers.get(b"transfer-encoding", b"").lower() == b"chunked":
            await self._skip_chunks()
        elif b"content-length" in head.headers:
            await self._reader.readexactly(int(head.headers[b"content-length"]))
        elif head.status not in (204, 304):
            await self._reader.read(BODY_LIMIT_BYTES)
            self._is_open = False
        if head.closes:
            self._is_open = False

    async def _skip_chunks(self) -> None:
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            await self._reader.readexactly(size + 2)
        await self._reader.readuntil(b"\r\n")
