"""Metrics and alarms: traffic is counted, metrics are told apart, changes are announced."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from emulator.alarms.definition import Metric
from emulator.load_balancer.metrics import NAMESPACE
from emulator.load_balancer.model import full_name
from emulator.repairs.cloudwatch.store import stored
from emulator.selfcheck.asking import eventually, expect, status_of
from emulator.selfcheck.checks.events import queue_of, received
from emulator.selfcheck.checks.targets import serving_group
from emulator.selfcheck.subject import NAME, SERVED, Check, Subject

Record = dict[str, Any]

REQUESTS = 3
ABOVE_ONE = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 1, "EvaluationPeriods": 1}


def requests_become_datapoints(subject: Subject) -> Iterator[None]:
    group = subject.once(serving_group)
    for _ in range(REQUESTS):
        expect(status_of(subject.port, SERVED), 200)
    yield
    arns = {"LoadBalancer": subject.balancer["LoadBalancerArn"], "TargetGroup": group}
    dimensions = _dimensions({name: full_name(arn) for name, arn in arns.items()})
    metric = {"Namespace": NAMESPACE, "MetricName": "RequestCount", "Dimensions": dimensions}
    eventually(lambda: _values(subject, _stat("m", metric)), lambda found: sum(found) == REQUESTS)


def alarms_keep_metric_math(subject: Subject) -> None:
    _put_alarm(subject, "math", Metrics=_math("FILL(m, 0)"))
    alarm = _alarm(subject, "math")
    expect([query["Id"] for query in alarm["Metrics"]], ["e", "m"])
    expect("Statistic" in alarm, False)


def alarms_follow_their_metric_math(subject: Subject) -> Iterator[None]:
    _put_alarm(subject, "follows", Metrics=_math("FILL(m, 2)"))
    yield
    eventually(lambda: _alarm(subject, "follows")["StateValue"], lambda state: state == "ALARM")


def alarms_see_their_own_dimensions_only(subject: Subject) -> None:
    metric = {"Namespace": f"{NAME}/own", "MetricName": "m"}
    _put_alarm(subject, "own", **metric, Statistic="Sum", Period=60)
    dimensions = _dimensions({"Colour": "blue"})
    _put_data(subject, metric, {"Value": 5, "Dimensions": dimensions})
    history = subject.client("cloudwatch").describe_alarm_history(AlarmName=f"{NAME}-own")
    changes = [item["HistorySummary"] for item in history["AlarmHistoryItems"]]
    expect([change for change in changes if change.endswith("to ALARM")], [])


def alarm_changes_are_announced(subject: Subject) -> None:
    queue = queue_of(subject, "aws.cloudwatch")
    _put_alarm(subject, "told", Metrics=_math("FILL(m, 0)"))
    change = {"AlarmName": f"{NAME}-told", "StateValue": "ALARM", "StateReason": "on purpose"}
    subject.client("cloudwatch").set_alarm_state(**change)
    wanted = (change["AlarmName"], "ALARM")
    eventually(lambda: _announced(received(subject, queue)), lambda found: found == wanted)


def metrics_are_read_by_their_dimensions(subject: Subject) -> None:
    metric = {"Namespace": f"{NAME}/read", "MetricName": "m"}
    blue = _dimensions({"Colour": "blue"})
    _put_data(subject, metric, {"Value": 3, "Dimensions": blue})
    expect(_values(subject, _stat("m", {**metric, "Dimensions": blue})), [3])
    expect(_values(subject, _stat("m", metric)), [])


def metric_math_is_answered_newest_first(subject: Subject) -> None:
    metric = {"Namespace": f"{NAME}/math", "MetricName": "m"}
    now = datetime.now(UTC)
    earlier = {"Value": 1, "Timestamp": now - timedelta(minutes=2)}
    _put_data(subject, metric, earlier, {"Value": 2, "Timestamp": now})
    queries = [{"Id": "e", "Expression": "m * 10"}, {**_stat("m", metric), "ReturnData": False}]
    expect(_values(subject, *queries), [20, 10])


def datapoints_come_in_pages(subject: Subject) -> None:
    metric = {"Namespace": f"{NAME}/pages", "MetricName": "m"}
    now = datetime.now(UTC)
    earlier = {"Value": 1, "Timestamp": now - timedelta(minutes=2)}
    _put_data(subject, metric, earlier, {"Value": 2, "Timestamp": now})
    pages = _pages(subject, _stat("m", metric), size=1)
    results = [page["MetricDataResults"][0] for page in pages]
    told = [(result["StatusCode"], result["Values"]) for result in results]
    expect(told, [("PartialData", [2]), ("Complete", [1])])


def datapoints_are_added_to_lists_that_stay(subject: Subject) -> None:
    metric = {"Namespace": f"{NAME}/stay", "MetricName": "m"}
    _put_data(subject, metric, {"Value": 1})
    datapoints = stored(Metric(metric["Namespace"], metric["MetricName"], (), "Sum"))
    _put_data(subject, metric, {"Value": 2})
    expect([point["Value"] for point in datapoints], [1, 2])


def _math(expression: str) -> list[Record]:
    metric = {"Namespace": f"{NAME}/none", "MetricName": "m"}
    every_second = {**_stat("m", metric, period=1), "ReturnData": False}
    return [{"Id": "e", "Expression": expression}, every_second]


def _stat(key: str, metric: Record, period: int = 60) -> Record:
    return {"Id": key, "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"}}


def _dimensions(values: dict[str, str]) -> list[Record]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def _put_alarm(subject: Subject, name: str, **fields: Any) -> None:
    alarm = {"AlarmName": f"{NAME}-{name}", **ABOVE_ONE, **fields}
    subject.client("cloudwatch").put_metric_alarm(**alarm)


def _alarm(subject: Subject, name: str) -> Record:
    found = subject.client("cloudwatch").describe_alarms(AlarmNames=[f"{NAME}-{name}"])
    alarm: Record = found["MetricAlarms"][0]
    return alarm


def _put_data(subject: Subject, metric: Record, *data: Record) -> None:
    named = [{"MetricName": metric["MetricName"], **datum} for datum in data]
    alarms = subject.client("cloudwatch")
    alarms.put_metric_data(Namespace=metric["Namespace"], MetricData=named)


def _values(subject: Subject, *queries: Record) -> list[float]:
    (page,) = _pages(subject, *queries)
    values: list[float] = page["MetricDataResults"][0]["Values"]
    return values


def _pages(subject: Subject, *queries: Record, size: int = 100) -> Iterable[Record]:
    now = datetime.now(UTC)
    pages: Iterable[Record] = (
        subject.client("cloudwatch")
        .get_paginator("get_metric_data")
        .paginate(
            MetricDataQueries=list(queries),
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=1),
            PaginationConfig={"PageSize": size},
        )
    )
    return pages


def _announced(event: Record) -> tuple[str, str]:
    return event["detail"]["alarmName"], event["detail"]["state"]["value"]


CHECKS: dict[Check, str] = {
    requests_become_datapoints: "metrics",
    alarms_follow_their_metric_math: "cloudwatch.alarms",
    alarms_keep_metric_math: "cloudwatch.alarms",
    alarms_see_their_own_dimensions_only: "cloudwatch.alarms",
    alarm_changes_are_announced: "cloudwatch.alarms",
    metrics_are_read_by_their_dimensions: "cloudwatch.metrics",
    metric_math_is_answered_newest_first: "cloudwatch.metrics",
    datapoints_come_in_pages: "cloudwatch.metrics",
    datapoints_are_added_to_lists_that_stay: "cloudwatch.metrics",
}
