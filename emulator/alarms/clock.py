"""The heartbeat of the metrics: every second the traffic is metered and the alarms are evaluated.

It beats on whole seconds, so the traffic of a second is stored under that second and belongs to the
period it was seen in.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from emulator.alarms import watch
from emulator.load_balancer.metering import Meter
from emulator.load_balancer.metrics import Datum

logger = logging.getLogger(__name__)


class Store(watch.Store, Protocol):
    """What the clock needs of CloudWatch; `at` is a time in whole seconds."""

    def put(self, data: Iterable[Datum], at: int) -> None: ...


class MetricClock:
    """Runs until closed. `arrival` tells when the datapoints of a second come to the store; what
    never does is metered all the same. `then` is told the time when the alarms are evaluated."""

    def __init__(
        self,
        meter: Meter,
        store: Store,
        arrival: Callable[[int], int | None],
        then: Callable[[float], None] = lambda _now: None,
    ) -> None:
        self._meter = meter
        self._store = store
        self._arrival = arrival
        self._then = then
        self._on_their_way: list[tuple[int, int, list[Datum]]] = []
        self._alarms = watch.AlarmWatch(store)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metric-clock", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.wait(1 - time.time() % 1):
            try:
                self.beat(round(time.time()))
            except Exception:
                logger.exception("a second of metrics was lost")

    def beat(self, now: int) -> None:
        """Meter the second before `now`."""
        data, at = self._meter.read(), now - 1
        if (arrival := self._arrival(at)) is not None:
            self._on_their_way.append((arrival, at, data))
        self._put_arrived(now)
        self._alarms.evaluate_due(now)
        self._then(now)

    def _put_arrived(self, now: int) -> None:
        waiting, self._on_their_way = self._on_their_way, []
        for arrival, at, data in waiting:
            if arrival <= now:
                self._store.put(data, at=at)
            else:
                self._on_their_way.append((arrival, at, data))
