"""The event that CloudWatch sends to EventBridge when an alarm changes its state."""

from collections.abc import Mapping
from typing import Any

DETAIL_TYPE = "CloudWatch Alarm State Change"
SOURCE = "aws.cloudwatch"


def detail(record: Mapping[str, Any], previous: Mapping[str, Any]) -> dict[str, Any]:
    """`record` and `previous` hold the alarm's state after and before the change."""
    return {
        "alarmName": record["AlarmName"],
        "state": _state(record),
        "previousState": _state(previous),
        "configuration": {
            "description": record.get("AlarmDescription") or "",
            "metrics": [_query(query) for query in _queries(record)],
        },
    }


def _state(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "value": record["StateValue"],
        "reason": record["StateReason"],
        "reasonData": record.get("StateReasonData", "{}"),
        "timestamp": record["StateTimestamp"],
    }


def _queries(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    if record.get("Metrics"):
        return list(record["Metrics"])
    metric = {key: record.get(key) for key in ("Namespace", "MetricName", "Dimensions")}
    statistic = record.get("ExtendedStatistic") or record.get("Statistic")
    stat = {"Metric": metric, "Period": record.get("Period"), "Stat": statistic}
    return [{"Id": "m1", "MetricStat": stat, "ReturnData": True}]


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"id": query["Id"], "returnData": query.get("ReturnData", True)}
    if query.get("Expression"):
        described["expression"] = query["Expression"]
    if query.get("MetricStat"):
        stat = query["MetricStat"]
        metric = stat["Metric"]
        dimensions = {d["Name"]: d["Value"] for d in metric.get("Dimensions") or []}
        described["metricStat"] = {
            "metric": {
                "namespace": metric["Namespace"],
                "name": metric["MetricName"],
                "dimensions": dimensions,
            },
            "period": stat["Period"],
            "stat": stat["Stat"],
        }
    return described
