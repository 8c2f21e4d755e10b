"""The heartbeat of the metrics: every second the traffic is metered and the alarms are evaluated.

It beats on whole seconds, so the traffic of a second is stored under that second and belongs to the
period it was seen in.
"""

import logging
import threading
import time
from collections.abc import Callable

from ministack.services import cloudwatch

from emulator.alarms.watch import AlarmWatch
from emulator.load_balancer.metering import Meter
from emulator.load_balancer.metrics import NAMESPACE, Datum

logger = logging.getLogger(__name__)


class MetricClock:
    """Runs until closed. While metrics are silenced the traffic is metered but not reported."""

    def __init__(self, meter: Meter, metrics_are_silenced: Callable[[], bool]) -> None:
        self._meter = meter
        self._metrics_are_silenced = metrics_are_silenced
        self._alarms = AlarmWatch()
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
        data = self._meter.read()
        if not self._metrics_are_silenced():
            store(data, at=now - 1)
        self._alarms.evaluate_due(now)


def store(data: list[Datum], at: int) -> None:
    for datum in data:
        cloudwatch._store_datum(
            NAMESPACE,
            datum.name,
            dict(datum.dimensions),
            at,
            datum.unit,
            None,
            list(datum.values),
            list(datum.counts),
            None,
        )
