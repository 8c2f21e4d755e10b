"""The quota of Fargate vCPUs, and the least in use of late. moto has neither: answers of AWS's."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from viridian.adapters.clients import hasty_client
from viridian.adapters.quotas import Quotas
from viridian.core.errors import NotKnown
from viridian.core.quota import Room

NOW = 1_800_000_000
METRIC = {
    "MetricNamespace": "AWS/Usage",
    "MetricName": "ResourceCount",
    "MetricDimensions": {
        "Class": "Standard/OnDemand",
        "Resource": "vCPU",
        "Service": "Fargate",
        "Type": "Resource",
    },
    "MetricStatisticRecommendation": "Maximum",
}


def room(quota: dict[str, Any], values: list[float] | None = None) -> Room:
    quotas, cloudwatch = hasty_client("service-quotas"), hasty_client("cloudwatch")
    with Stubber(quotas) as of_quotas, Stubber(cloudwatch) as of_cloudwatch:
        asked = {"ServiceCode": "fargate", "QuotaCode": "L-3032A538"}
        of_quotas.add_response("get_service_quota", {"Quota": quota}, asked)
        dimensions = [{"Name": n, "Value": v} for n, v in METRIC["MetricDimensions"].items()]  # type: ignore[attr-defined]
        metric = {
            "Namespace": "AWS/Usage",
            "MetricName": "ResourceCount",
            "Dimensions": dimensions,
        }
        query = {"Id": "used", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Maximum"}}
        of_cloudwatch.add_response(
            "get_metric_data",
            {"MetricDataResults": [{"Id": "used", "Values": values or []}]},
            {
                "MetricDataQueries": [query],
                "StartTime": datetime.fromtimestamp(NOW - 900, UTC),
                "EndTime": datetime.fromtimestamp(NOW, UTC),
            },
        )
        return Quotas(quotas, cloudwatch).fargate(now=NOW)


def test_the_room_is_the_quota_beside_the_least_in_use_of_late() -> None:
    assert room({"Value": 16.0, "UsageMetric": METRIC}, [9.0, 7.5, 12.0]) == Room(16, 7.5)


def test_without_both_numbers_it_is_not_known() -> None:
    with pytest.raises(NotKnown, match="tells of no vCPUs in use"):
        room({"Value": 16.0, "UsageMetric": METRIC})
    with pytest.raises(NotKnown, match="names no metric"):
        room({"Value": 16.0})
