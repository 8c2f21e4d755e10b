"""Evaluates every alarm once in each of its periods and announces what changes."""

import logging
from collections.abc import Mapping
from typing import Any, Protocol

from emulator.alarms import metric_math
from emulator.alarms.datapoints import Series
from emulator.alarms.definition import AlarmDefinition, Metric, read_alarm
from emulator.alarms.evaluation import Evaluation, evaluate

Record = dict[str, Any]

LATE_DATA_SECONDS = 1
logger = logging.getLogger(__name__)


class Store(Protocol):
    """What an alarm watch needs of CloudWatch."""

    def alarms(self) -> Mapping[str, Record]: ...
    def series(self, metric: Metric, period: int, start: float, end: float) -> Series: ...
    def change_state(
        self, record: Record, found: Evaluation, alarm: AlarmDefinition, end: float
    ) -> None: ...


class AlarmWatch:
    """An alarm that is new or was changed is evaluated at once, whatever its period."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._evaluated: dict[str, tuple[float, Any]] = {}

    def evaluate_due(self, now: float) -> None:
        for name, record in self._store.alarms().items():
            try:
                self._evaluate_if_due(name, record, now)
            except Exception:
                logger.exception("alarm %s could not be evaluated", name)

    def _evaluate_if_due(self, name: str, record: Record, now: float) -> None:
        alarm = read_alarm(record)
        period = alarm.queries.period_seconds
        end = (now - LATE_DATA_SECONDS) // period * period
        if self._evaluated.get(name) == (end, alarm):
            return
        self._evaluated[name] = (end, alarm)
        found = evaluate(alarm.conditions, self._values_until(alarm, end), record["StateValue"])
        if found.state != record["StateValue"]:
            self._store.change_state(record, found, alarm, end)

    def _values_until(self, alarm: AlarmDefinition, end: float) -> list[float | None]:
        """The alarm's value in each period of its evaluation range, oldest first."""
        period = alarm.queries.period_seconds
        start = end - alarm.conditions.range_periods * period
        found = {
            key: self._store.series(metric, period, start, end)
            for key, metric in alarm.queries.metrics.items()
        }
        times = range(int(start), int(end), period)
        return [_value(alarm, {key: p.get(at) for key, p in found.items()}) for at in times]


def _value(alarm: AlarmDefinition, values: dict[str, float | None]) -> float | None:
    for key, expression in alarm.queries.expressions:
        values[key] = metric_math.evaluate(expression, values)
    return values[alarm.queries.returned[0]]
