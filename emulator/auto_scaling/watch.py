"""Asks the policies of every scalable target once a period, and has its service scaled."""

import logging
from collections.abc import Iterable
from typing import Protocol

from emulator.alarms.datapoints import ReadSeries
from emulator.alarms.definition import Metric
from emulator.auto_scaling.tracking import History, Policy, Seen, Target, after, wanted_count
from emulator.load_balancer.metrics import NAMESPACE

PERIOD_SECONDS = 3
KNOWN_SECONDS = 120
"""How old a datapoint may be that is still gone by."""
LATE_DATA_SECONDS = 1
logger = logging.getLogger(__name__)


class Scalable(Protocol):
    """A scalable target with its policies, and the service that it scales."""

    @property
    def arn(self) -> str: ...
    def target(self) -> Target | None: ...
    def policies(self) -> list[Policy]: ...
    def scale_to(self, count: int) -> None: ...


class Store(Protocol):
    """What there is to scale."""

    def scalables(self) -> Iterable[Scalable]: ...


class ScalingWatch:
    """A period is looked at once, when it is complete."""

    def __init__(self, store: Store, read_series: ReadSeries) -> None:
        self._store = store
        self._read_series = read_series
        self._end = 0.0
        self._history: dict[str, History] = {}

    def evaluate_due(self, now: float) -> None:
        end = (now - LATE_DATA_SECONDS) // PERIOD_SECONDS * PERIOD_SECONDS
        if end == self._end:
            return
        self._end = end
        for scalable in self._store.scalables():
            try:
                self._scale(scalable, end, now)
            except Exception:
                logger.exception("%s could not be scaled", scalable.arn)

    def _scale(self, scalable: Scalable, end: float, now: float) -> None:
        target = scalable.target()
        if target is None:
            return
        seen: list[Seen] = [(p, self._values(p, end)) for p in scalable.policies()]
        history = self._history.get(scalable.arn, History())
        count = wanted_count(target, seen, history, now)
        if count != target.current:
            scalable.scale_to(count)
            self._history[scalable.arn] = after(history, target, count, seen, now)

    def _values(self, policy: Policy, end: float) -> list[float]:
        """Requests per healthy target and minute, of each period in which there was a target."""
        start = end - KNOWN_SECONDS
        requests, hosts = (
            self._read_series(
                Metric(NAMESPACE, name, policy.metric, statistic), PERIOD_SECONDS, start, end
            )
            for name, statistic in (("RequestCount", "Sum"), ("HealthyHostCount", "Average"))
        )
        minutes = PERIOD_SECONDS / 60
        return [requests.get(at, 0.0) / hosts[at] / minutes for at in sorted(hosts) if hosts[at]]
