"""Metrics are told apart by their dimensions, and GetMetricData knows metric math.

ministack takes a query without dimensions for one over all of them, has no metric math and no pages
in GetMetricData and answers it oldest first. Its clean-up replaces the lists that datapoints are
being added to, which loses some: nothing here lives two weeks.
"""

from typing import Any

from ministack.services import cloudwatch

from emulator.alarms.datapoints import Column, metric_data_results, page_of
from emulator.repairs.cloudwatch.store import series

Record = dict[str, Any]

MOST_DATAPOINTS = 100_800


def apply() -> None:
    cloudwatch._evict_old_metrics = lambda: None
    cloudwatch._get_metric_data = get_metric_data


def get_metric_data(_params: Record, data: Record, is_cbor: bool, is_json: bool = True) -> Any:
    """Newest first unless `ScanBy` says otherwise, which is the default of AWS.

    A query is `Complete` when all datapoints that CloudWatch has were told, however late others
    are; `PartialData` when the rest is on the next page. The token is the number told before.
    """
    first, most = str(data.get("NextToken") or 0), int(data.get("MaxDatapoints") or MOST_DATAPOINTS)
    if not first.isdigit():
        message = f"Invalid NextToken : {first}"
        return cloudwatch._error("InvalidNextToken", message, 400, is_json, is_cbor)
    start = cloudwatch._parse_ts(data["StartTime"])
    end = cloudwatch._parse_ts(data["EndTime"])
    results = metric_data_results(data["MetricDataQueries"], start, end, series)
    descending = data.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    columns = [sorted(points, reverse=descending) for _, points in results]
    page = page_of(columns, int(first), most)
    pairs = zip(results, page, strict=True)
    answer: Record = {
        "MetricDataResults": [_result(query, *told, is_cbor) for (query, _), told in pairs]
    }
    if not all(is_complete for _, is_complete in page):
        answer["NextToken"] = str(int(first) + most)
    return cloudwatch._cbor_ok(answer) if is_cbor else cloudwatch._json_ok(answer)


def _result(query: Record, points: Column, is_complete: bool, is_cbor: bool) -> Record:
    result = {
        "Id": query["Id"],
        "Label": query.get("Label", query["Id"]),
        "Timestamps": [cloudwatch._ts_iso(timestamp) for timestamp, _ in points],
        "Values": [value for _, value in points],
        "StatusCode": "Complete" if is_complete else "PartialData",
    }
    return cloudwatch._cbor_metric_data_result(result) if is_cbor else result
