"""How the requests to a load balancer's target groups were answered, from CloudWatch."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from boto3.session import Session

from viridian.adapters.clients import client
from viridian.core.evidence.requests import Period, Traffic

METRICS = {
    "requests": ("RequestCount", "Sum"),
    "good_2": ("HTTPCode_Target_2XX_Count", "Sum"),
    "good_3": ("HTTPCode_Target_3XX_Count", "Sum"),
    "good_4": ("HTTPCode_Target_4XX_Count", "Sum"),
    "errors": ("HTTPCode_Target_5XX_Count", "Sum"),
    "unreached": ("TargetConnectionErrorCount", "Sum"),
    "p90": ("TargetResponseTime", "p90"),
    "p99": ("TargetResponseTime", "p99"),
}
SHOWN = {
    "p50": ("TargetResponseTime", "p50"),
    "p95": ("TargetResponseTime", "p95"),
}
"""What nothing is judged by, for people: that it is not known makes nothing unknown."""
Points = dict[str, dict[float, float]]


@dataclass(frozen=True)
class RequestMetrics:
    """ALB metrics: on AWS one point a minute, and only while requests flow."""

    cloudwatch: Any

    @classmethod
    def from_session(cls, session: Session | None = None) -> "RequestMetrics":
        """Metrics, with a client of their own."""
        return cls(client("cloudwatch", session))

    def traffic(
        self,
        load_balancer: str,
        target_groups: dict[str, str],
        *,
        since: float,
        now: float,
        period: int,
    ) -> dict[str, Traffic]:
        """Traffic by role in the whole periods of the window, all asked at once.

        The period in which the window opens is left out: it has the warm-up and the step before.
        So is the one that is not over. `target_groups` gives the metric dimension by role; times
        are epoch seconds.
        """
        start, end = math.ceil(since / period) * period, math.floor(now / period) * period
        queries = [
            _query(f"{role}_{name}", metric, statistic, load_balancer, group, period)
            for role, group in target_groups.items()
            for name, (metric, statistic) in (METRICS | SHOWN).items()
        ]
        points = self._points(queries, start, end) if start < end else {}
        return {role: Traffic(tuple(_periods(role, points))) for role in target_groups}

    def _points(self, queries: list[dict[str, Any]], start: float, end: float) -> Points:
        """Values by query and time; a query that was not answered wholly is not there.

        A step of a day is 20 000 values, of the 100 800 that come in one page.
        """
        found: Points = {}
        complete: dict[str, bool] = {}
        pages = self.cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries,
            StartTime=datetime.fromtimestamp(start, UTC),
            EndTime=datetime.fromtimestamp(end, UTC),
        )
        for result in (result for page in pages for result in page["MetricDataResults"]):
            times = (at.timestamp() for at in result["Timestamps"])
            values = zip(times, result["Values"], strict=True)
            found.setdefault(result["Id"], {}).update(values)
            complete[result["Id"]] = result["StatusCode"] == "Complete"
        return {name: values for name, values in found.items() if complete[name]}


def _periods(role: str, points: Points) -> Iterator[Period]:
    """The periods whose requests are known, oldest first; none when any metric is not.

    CloudWatch has no points of nothing, so of a period in which requests were counted what is
    absent is taken for 0: if it is late instead, the requests show as unanswered, never as good.
    """
    metrics = {name: points.get(f"{role}_{name}") for name in METRICS}
    known = {name: values for name, values in metrics.items() if values is not None}
    if len(known) < len(METRICS):
        return
    shown = {name: points.get(f"{role}_{name}", {}) for name in SHOWN}
    for start, requests in sorted(known["requests"].items()):
        yield Period(
            start,
            requests,
            answered=sum(known[name].get(start, 0) for name in ("good_2", "good_3", "good_4")),
            errors=known["errors"].get(start, 0),
            unreached=known["unreached"].get(start, 0),
            p90=known["p90"].get(start),
            p99=known["p99"].get(start),
            refused=known["good_4"].get(start, 0),
            **{name: values.get(start) for name, values in shown.items()},
        )


def _query(
    query_id: str, metric: str, statistic: str, load_balancer: str, target_group: str, period: int
) -> dict[str, Any]:
    return {
        "Id": query_id,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/ApplicationELB",
                "MetricName": metric,
                "Dimensions": [
                    {"Name": "LoadBalancer", "Value": load_balancer},
                    {"Name": "TargetGroup", "Value": target_group},
                ],
            },
            "Period": period,
            "Stat": statistic,
        },
    }
