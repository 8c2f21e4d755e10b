"""Request counts of a load balancer's target groups, from CloudWatch."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from boto3.session import Session

from viridian.adapters.clients import client
from viridian.core.evidence.requests import Requests

METRICS = {"count": "RequestCount", "errors": "HTTPCode_Target_5XX_Count"}


@dataclass(frozen=True)
class RequestMetrics:
    """ALB metrics: on AWS one point a minute, and only while requests flow."""

    cloudwatch: Any

    @classmethod
    def from_session(cls, session: Session | None = None) -> "RequestMetrics":
        """Metrics, with a client of their own."""
        return cls(client("cloudwatch", session))

    def requests(
        self,
        load_balancer: str,
        target_groups: dict[str, str],
        *,
        since: float,
        now: float,
        period: int,
    ) -> dict[str, Requests]:
        """Requests by role in the periods that began within the window, in one call.

        The period in which the window opens is left out: it has the warm-up and the step before.
        What CloudWatch answers in part is no data. `target_groups` gives the metric dimension by
        role; times are epoch seconds.
        """
        start = math.ceil(since / period) * period
        if start >= now:
            return dict.fromkeys(target_groups, Requests(None, None))
        queries = [
            _query(f"{role}_{name}", metric, load_balancer, group, period)
            for role, group in target_groups.items()
            for name, metric in METRICS.items()
        ]
        answer = self.cloudwatch.get_metric_data(
            MetricDataQueries=queries,
            StartTime=datetime.fromtimestamp(start, UTC),
            EndTime=datetime.fromtimestamp(now, UTC),
        )
        sums = {
            result["Id"]: sum(result["Values"])
            for result in answer["MetricDataResults"]
            if result["Values"] and result["StatusCode"] == "Complete"
        }
        return {
            role: Requests(sums.get(f"{role}_count"), sums.get(f"{role}_errors"))
            for role in target_groups
        }


def _query(
    query_id: str, metric: str, load_balancer: str, target_group: str, period: int
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
            "Stat": "Sum",
        },
    }
