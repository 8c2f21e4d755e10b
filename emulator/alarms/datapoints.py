"""Reads statistics out of ministack's metric store, by dimensions and aligned periods."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from ministack.services import cloudwatch

from emulator.alarms import metric_math
from emulator.alarms.definition import Metric, read_queries

Query = dict[str, Any]
Series = dict[int, float]

LATEST_SECONDS = 300  # how much older than its neighbours a stored datapoint may be


def series(metric: Metric, period: int, start: float, end: float) -> Series:
    """The statistic of each period that has data, by the time the period begins."""
    first = int(start // period) * period
    periods: dict[int, list[Query]] = defaultdict(list)
    for point in _points(metric, first, end):
        periods[int(point["Timestamp"] // period) * period].append(point)
    values = {at: _statistic(points, metric.statistic) for at, points in periods.items()}
    return {at: value for at, value in values.items() if value is not None}


def metric_data_results(
    queries: list[Query], start: float, end: float
) -> list[tuple[Query, list[tuple[float, float]]]]:
    """GetMetricData: each query that returns data, with its times and values."""
    read = read_queries(queries)
    period = read.period_seconds
    times = range(int(start // period) * period, int(end), period)
    found = {key: series(metric, period, start, end) for key, metric in read.metrics.items()}
    columns: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for at in times:
        values: dict[str, float | None] = {key: points.get(at) for key, points in found.items()}
        for key, expression in read.expressions:
            values[key] = metric_math.evaluate(expression, values)
        for key, value in values.items():
            if value is not None:
                columns[key].append((at, value))
    returned = [query for query in queries if query["Id"] in read.returned]
    return [(query, columns[query["Id"]]) for query in returned]


def _points(metric: Metric, start: float, end: float) -> Iterator[Query]:
    """Newest first; datapoints are stored about in the order of their time."""
    dimensions = cloudwatch._dims_key(dict(metric.dimensions))
    stored = cloudwatch._metrics.get((metric.namespace, metric.name, dimensions)) or []
    for point in reversed(stored):
        if point["Timestamp"] < start - LATEST_SECONDS:
            return
        if start <= point["Timestamp"] < end:
            yield point


def _statistic(points: list[Query], name: str) -> float | None:
    statistics: Mapping[str, float] = cloudwatch._calc_stats(points)
    if not statistics:
        return None
    value: float | None = cloudwatch._stat_value(statistics, name, points)
    return value
