"""Metrics, queries and alarms as the API stores them, read into what the evaluation needs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from emulator.alarms.evaluation import Conditions

DEFAULT_PERIOD_SECONDS = 60
IDENTIFIER = re.compile(r"[a-z]\w*")


@dataclass(frozen=True)
class Metric:
    """Another set of dimensions is another metric."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str


@dataclass(frozen=True)
class Queries:
    """Metrics by their ids, and the expressions over them in the order they are evaluated in."""

    period_seconds: int
    metrics: Mapping[str, Metric]
    expressions: tuple[tuple[str, str], ...]
    returned: tuple[str, ...]


@dataclass(frozen=True)
class AlarmDefinition:
    queries: Queries
    conditions: Conditions


def read_alarm(record: Mapping[str, Any]) -> AlarmDefinition:
    queries = record.get("Metrics") or [_only_query(record)]
    return AlarmDefinition(read_queries(queries), _conditions(record))


def read_queries(queries: Sequence[Mapping[str, Any]]) -> Queries:
    metrics = {q["Id"]: _metric(q["MetricStat"]) for q in queries if q.get("MetricStat")}
    expressions = {q["Id"]: q["Expression"] for q in queries if q.get("Expression")}
    returned = tuple(query["Id"] for query in queries if _is_returned(query))
    return Queries(_period(queries), metrics, _in_order(expressions), returned)


def _in_order(expressions: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """An expression may use others, wherever they stand in the list."""
    known = expressions.keys()
    uses = {key: known & IDENTIFIER.findall(text) for key, text in expressions.items()}
    return tuple((key, expressions[key]) for key in TopologicalSorter(uses).static_order())


def _only_query(record: Mapping[str, Any]) -> dict[str, Any]:
    metric = {key: record.get(key) for key in ("Namespace", "MetricName", "Dimensions")}
    statistic = record.get("ExtendedStatistic") or record.get("Statistic") or "Average"
    return {
        "Id": "m1",
        "MetricStat": {"Metric": metric, "Stat": statistic, "Period": record.get("Period")},
    }


def _metric(query: Mapping[str, Any]) -> Metric:
    metric = query["Metric"]
    dimensions = sorted((d["Name"], d["Value"]) for d in metric.get("Dimensions") or [])
    return Metric(metric["Namespace"], metric["MetricName"], tuple(dimensions), query["Stat"])


def _is_returned(query: Mapping[str, Any]) -> bool:
    return str(query.get("ReturnData", True)).lower() == "true"


def _period(queries: Sequence[Mapping[str, Any]]) -> int:
    """One period for all: different ones in one alarm are not supported."""
    own = [q.get("Period") or q.get("MetricStat", {}).get("Period") for q in queries]
    periods = {int(period) for period in own if period} or {DEFAULT_PERIOD_SECONDS}
    if len(periods) > 1:
        raise ValueError(f"queries with different periods are not supported: {sorted(periods)}")
    return periods.pop()


def _conditions(record: Mapping[str, Any]) -> Conditions:
    needed = record.get("DatapointsToAlarm")
    return Conditions(
        comparison=record["ComparisonOperator"],
        threshold=float(record["Threshold"]),
        evaluation_periods=int(record.get("EvaluationPeriods") or 1),
        datapoints_to_alarm=int(needed) if needed else None,
        missing_data=record.get("TreatMissingData") or "missing",
    )
