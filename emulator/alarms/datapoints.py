"""GetMetricData: queries answered by aligned periods, from the series of their metrics."""

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Protocol

from emulator.alarms import metric_math
from emulator.alarms.definition import Metric, read_queries

Query = dict[str, Any]
Series = dict[int, float]
Column = list[tuple[float, float]]


class ReadSeries(Protocol):
    """The statistic of each period that has data, by the time the period begins."""

    def __call__(self, metric: Metric, period: int, start: float, end: float) -> Series: ...


def metric_data_results(
    queries: list[Query], start: float, end: float, read_series: ReadSeries
) -> list[tuple[Query, Column]]:
    """Each query that returns data, with its times and values."""
    read = read_queries(queries)
    period = read.period_seconds
    times = range(int(start // period) * period, math.ceil(end), period)
    found = {key: read_series(metric, period, start, end) for key, metric in read.metrics.items()}
    columns: dict[str, Column] = defaultdict(list)
    for at in times:
        values: dict[str, float | None] = {key: points.get(at) for key, points in found.items()}
        for key, expression in read.expressions:
            values[key] = metric_math.evaluate(expression, values)
        for key, value in values.items():
            if value is not None:
                columns[key].append((at, value))
    returned = [query for query in queries if query["Id"] in read.returned]
    return [(query, columns[query["Id"]]) for query in returned]


def page_of(columns: Sequence[Column], first: int, most: int) -> list[tuple[Column, bool]]:
    """Of each column what of it is among the `most` datapoints from the `first` of all, and whether
    its last one is there or was before."""
    page, begin = [], 0
    for column in columns:
        found = column[max(0, first - begin) : max(0, first + most - begin)]
        begin += len(column)
        page.append((found, begin <= first + most))
    return page
