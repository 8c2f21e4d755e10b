"""The traffic of many services at once: steady clients of each, on one thread."""

import asyncio
import threading
from collections.abc import Mapping

from rehearsal.traffic.answers import Answer
from rehearsal.traffic.client import Clients, Load

REQUESTS_PER_SECOND = 10.0
A_DAY = 86_400.0


class ManyClients:
    """Runs from entering to leaving the block; `urls` by service."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._urls = urls
        self._answers: dict[str, list[Answer]] = {service: [] for service in urls}
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="clients", daemon=True)

    def __enter__(self) -> "ManyClients":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def answers(self, service: str, since: float) -> list[Answer]:
        """Those to requests of the service sent since that Unix time, the oldest first."""
        return [answer for answer in list(self._answers[service]) if answer.sent_at >= since]

    def forget(self, service: str) -> None:
        """Those until now are asked for no more."""
        self._answers[service].clear()

    def _run(self) -> None:
        self._loop.run_until_complete(self._ask_all())

    async def _ask_all(self) -> None:
        await asyncio.gather(*(self._ask(service, url) for service, url in self._urls.items()))

    async def _ask(self, service: str, url: str) -> None:
        load = Load(f"{url}/", REQUESTS_PER_SECOND, A_DAY, count=1_000_000_000)
        await Clients(load, self._answers[service].append).run(self._stop)
