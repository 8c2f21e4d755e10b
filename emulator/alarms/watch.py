"""Evaluates every alarm once in each of its periods and announces what changes."""

import json
import logging
import time
from typing import Any

from ministack.services import cloudwatch

from emulator.alarms import metric_math
from emulator.alarms.datapoints import series
from emulator.alarms.definition import AlarmDefinition, read_alarm
from emulator.alarms.evaluation import Evaluation, evaluate

Record = dict[str, Any]

LATE_DATA_SECONDS = 1
logger = logging.getLogger(__name__)


class AlarmWatch:
    """An alarm that is new or was changed is evaluated at once, whatever its period."""

    def __init__(self) -> None:
        self._evaluated: dict[str, tuple[float, Any]] = {}

    def evaluate_due(self, now: float) -> None:
        for name, record in cloudwatch._alarms.items():
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
        found = evaluate(alarm.conditions, values_until(alarm, end), record["StateValue"])
        if found.state != record["StateValue"]:
            change_state(record, found, alarm, end)


def values_until(alarm: AlarmDefinition, end: float) -> list[float | None]:
    """The alarm's value in each period of its evaluation range, oldest first."""
    period = alarm.queries.period_seconds
    start = end - alarm.conditions.range_periods * period
    found = {
        key: series(metric, period, start, end) for key, metric in alarm.queries.metrics.items()
    }
    times = range(int(start), int(end), period)
    return [_value(alarm, {key: points.get(at) for key, points in found.items()}) for at in times]


def change_state(record: Record, found: Evaluation, alarm: AlarmDefinition, end: float) -> None:
    old = record["StateValue"]
    data = {
        "version": "1.0",
        "queryDate": cloudwatch._ts_iso(end),
        "period": alarm.queries.period_seconds,
        "recentDatapoints": list(found.datapoints),
        "threshold": alarm.conditions.threshold,
    }
    record["StateValue"] = found.state
    record["StateReason"] = found.reason
    record["StateReasonData"] = json.dumps(data)
    record["StateUpdatedTimestamp"] = int(time.time())
    cloudwatch._record_history(record["AlarmName"], old, found.state, found.reason)
    cloudwatch._dispatch_alarm_actions(record, old, found.state, found.reason)
    cloudwatch._evaluate_parent_alarms(record)


def _value(alarm: AlarmDefinition, values: dict[str, float | None]) -> float | None:
    for key, expression in alarm.queries.expressions:
        values[key] = metric_math.evaluate(expression, values)
    return values[alarm.queries.returned[0]]
