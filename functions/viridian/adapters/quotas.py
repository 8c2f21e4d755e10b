"""Service Quotas, and how much of them is used, as CloudWatch counts it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from boto3.session import Session

from viridian.adapters.clients import hasty_client
from viridian.core.errors import NotKnown
from viridian.core.quota import Room

FARGATE_ON_DEMAND = {"ServiceCode": "fargate", "QuotaCode": "L-3032A538"}
LATELY = timedelta(minutes=15)


@dataclass(frozen=True)
class Quotas:
    """Quotas of the account and Region."""

    quotas: Any
    cloudwatch: Any

    @classmethod
    def from_session(cls, session: Session | None = None) -> "Quotas":
        """Quotas, with clients of their own."""
        return cls(hasty_client("service-quotas", session), hasty_client("cloudwatch", session))

    def fargate(self, *, now: float) -> Room:
        """Room for tasks of Fargate on demand; raises NotKnown without both numbers. Two calls.

        In use is the least of late: what has just ended is still counted for some minutes.
        """
        quota = self.quotas.get_service_quota(**FARGATE_ON_DEMAND)["Quota"]
        if "UsageMetric" not in quota:
            raise NotKnown("Service Quotas names no metric of the vCPUs in use")
        metric = quota["UsageMetric"]
        until = datetime.fromtimestamp(now, UTC)
        counted = {
            "Namespace": metric["MetricNamespace"],
            "MetricName": metric["MetricName"],
            "Dimensions": [{"Name": n, "Value": v} for n, v in metric["MetricDimensions"].items()],
        }
        asked = {"Metric": counted, "Period": 60, "Stat": "Maximum"}
        answer = self.cloudwatch.get_metric_data(
            MetricDataQueries=[{"Id": "used", "MetricStat": asked}],
            StartTime=until - LATELY,
            EndTime=until,
        )
        values = answer["MetricDataResults"][0]["Values"]
        if not values:
            raise NotKnown("CloudWatch tells of no vCPUs in use")
        return Room(quota["Value"], min(values))
