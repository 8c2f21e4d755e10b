"""Metrics are told apart by their dimensions, and GetMetricData knows metric math.

ministack takes a query without dimensions for one over all of them, has no metric math in
GetMetricData and answers it oldest first. Its clean-up replaces the lists that datapoints are being
added to, which loses some: nothing here lives two weeks.
"""

from typing import Any

from ministack.services import cloudwatch

from emulator.alarms.datapoints import metric_data_results
from emulator.repairs.cloudwatch.store import series

Record = dict[str, Any]


def apply() -> None:
    cloudwatch._evict_old_metrics = lambda: None
    cloudwatch._get_metric_data = get_metric_data


def get_metric_data(_params: Record, data: Record, is_cbor: bool, _is_json: bool = True) -> Any:
    """Newest first unless `ScanBy` says otherwise, which is the default of AWS."""
    start = cloudwatch._parse_ts(data["StartTime"])
    end = cloudwatch._parse_ts(data["EndTime"])
    results = metric_data_results(data["MetricDataQueries"], start, end, series)
    descending = data.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    answers = [_result(query, points, descending) for query, points in results]
    if is_cbor:
        answers = [cloudwatch._cbor_metric_data_result(answer) for answer in answers]
        return cloudwatch._cbor_ok({"MetricDataResults": answers})
    return cloudwatch._json_ok({"MetricDataResults": answers})


def _result(query: Record, points: list[tuple[float, float]], descending: bool) -> Record:
    ordered = sorted(points, reverse=descending)
    return {
        "Id": query["Id"],
        "Label": query.get("Label", query["Id"]),
        "Timestamps": [cloudwatch._ts_iso(timestamp) for timestamp, _ in ordered],
        "Values": [value for _, value in ordered],
        "StatusCode": "Complete",
    }
