"""ministack's store of metrics and alarms, as the evaluation of alarms works on it."""

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ministack.services import cloudwatch

from emulator.alarms.datapoints import Series
from emulator.alarms.definition import AlarmDefinition, Metric
from emulator.alarms.evaluation import Evaluation
from emulator.load_balancer.metrics import NAMESPACE, Datum

Record = dict[str, Any]

LATEST_SECONDS = 300  # how much older than its neighbours a stored datapoint may be


def put(data: Iterable[Datum], at: int) -> None:
    """Store datapoints of the load balancer."""
    for datum in data:
        values, counts = list(datum.values), list(datum.counts)
        scope = dict(datum.dimensions)
        cloudwatch._store_datum(
            NAMESPACE, datum.name, scope, at, datum.unit, None, values, counts, None
        )


def stored(metric: Metric) -> list[Record]:
    """The very list that datapoints are added to, about in the order of their time."""
    dimensions = cloudwatch._dims_key(dict(metric.dimensions))
    found: list[Record] | None = cloudwatch._metrics.get(
        (metric.namespace, metric.name, dimensions)
    )
    return found or []


def series(metric: Metric, period: int, start: float, end: float) -> Series:
    """The statistic of each period that has data and begins before the end, by that time.

    A period that runs has what came until now.
    """
    first, last = (int(edge // period) * period for edge in (start, end + period - 1))
    periods: dict[int, list[Record]] = defaultdict(list)
    for point in _points(metric, first, last):
        periods[int(point["Timestamp"] // period) * period].append(point)
    values = {at: _statistic(points, metric.statistic) for at, points in periods.items()}
    return {at: value for at, value in values.items() if value is not None}


def alarms() -> dict[str, Record]:
    return dict(cloudwatch._alarms.items())


def change_state(record: Record, found: Evaluation, alarm: AlarmDefinition, end: float) -> None:
    """Note the new state with its reason, and tell of the change. `end` is of the last period.

    `startDate` is where the oldest datapoint would lie if there were no gap before the newest.
    """
    old, period = record["StateValue"], alarm.queries.period_seconds
    start = end - period * (found.missing_last + max(len(found.datapoints), 1))
    data = {
        "version": "1.0",
        "queryDate": cloudwatch._ts_iso(time.time()),
        "startDate": cloudwatch._ts_iso(start),
        "period": period,
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


def _points(metric: Metric, start: float, end: float) -> Iterator[Record]:
    """Newest first."""
    for point in reversed(stored(metric)):
        if point["Timestamp"] < start - LATEST_SECONDS:
            return
        if start <= point["Timestamp"] < end:
            yield point


def _statistic(points: list[Record], name: str) -> float | None:
    statistics: Mapping[str, float] = cloudwatch._calc_stats(points)
    if not statistics:
        return None
    value: float | None = cloudwatch._stat_value(statistics, name, points)
    return value
