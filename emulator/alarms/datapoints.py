"""GetMetricData: queries answered by aligned periods, from the series of their metrics."""

from collections import defaultdict
from typing import Any, Protocol

from emulator.alarms import metric_math
from emulator.alarms.definition import Metric, read_queries

Query = dict[str, Any]
Series = dict[int, float]


class ReadSeries(Protocol):
    """The statistic of each period that has data, by the time the period begins."""

    def __call__(self, metric: Metric, period: int, start: float, end: float) -> Series: ...


def metric_data_results(
    queries: list[Query], start: float, end: float, read_series: ReadSeries
) -> list[tuple[Query, list[tuple[float, float]]]]:
    """Each query that returns data, with its times and values."""
    read = read_queries(queries)
    period = read.period_seconds
    times = range(int(start // period) * period, int(end), period)
    found = {key: read_series(metric, period, start, end) for key, metric in read.metrics.items()}
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
