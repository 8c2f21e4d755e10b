"""ministack, served in this process on a thread of its own."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator

START_SECONDS = 20


@contextlib.contextmanager
def serving(listening: socket.socket) -> Iterator[None]:
    """Serve ministack on a socket that is already bound, from the first to the last line."""
    server = _Server(listening)
    server.start()
    try:
        yield
    finally:
        server.stop()


class _Server(threading.Thread):
    def __init__(self, listening: socket.socket) -> None:
        super().__init__(name="ministack", daemon=True)
        self._listening = listening
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._stopping: asyncio.Event | None = None
        self._failure: BaseException | None = None

    def start(self) -> None:
        super().start()
        if not self._started.wait(START_SECONDS) or self._failure is not None:
            raise RuntimeError("ministack did not start") from self._failure

    def stop(self) -> None:
        if self._stopping is not None and self.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self.join(timeout=5)

    def run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except Exception as failure:
            self._failure = failure
            self._started.set()

    async def _serve(self) -> None:
        from hypercorn.asyncio import serve
        from hypercorn.config import Config
        from ministack import app

        config = Config()
        config.bind = [f"fd://{self._listening.fileno()}"]
        config.keep_alive_timeout = 75
        config.graceful_timeout = 1
        config.loglevel = "WARNING"
        self._stopping = asyncio.Event()
        self._loop.call_soon(self._started.set)
        await serve(app.app, config, shutdown_trigger=self._wait_for_stop)

    async def _wait_for_stop(self) -> None:
        assert self._stopping is not None
        await self._stopping.wait()
