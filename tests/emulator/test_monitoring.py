"""Real traffic becomes metrics, metrics become alarms, and alarms become events."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.emulator.conftest import Received
from tests.emulator.rig import App, Balancer, Cloud, eventually, fetch

MetricSum = Callable[..., float | None]
PutAlarm = Callable[..., str]
StateOf = Callable[[str], str]

NAMESPACE = "AWS/ApplicationELB"


@pytest.fixture
def cloudwatch(cloud: Cloud) -> Any:
    return cloud.client("cloudwatch")


@pytest.fixture
def metric_sum(cloudwatch: Any) -> MetricSum:
    """The sum of a metric over the last minute; None if there is no datapoint."""

    def ask(name: str, dimensions: list[dict[str, str]], statistic: str = "Sum") -> float | None:
        metric = {"Namespace": NAMESPACE, "MetricName": name, "Dimensions": dimensions}
        stat = {"Metric": metric, "Period": 3600, "Stat": statistic}
        now = datetime.now(UTC)
        found = cloudwatch.get_metric_data(
            MetricDataQueries=[{"Id": "m", "MetricStat": stat}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
        )
        values = found["MetricDataResults"][0]["Values"]
        return sum(values) if values else None

    return ask


@pytest.fixture
def put_alarm(cloudwatch: Any, unique: str) -> Iterator[PutAlarm]:
    """Put the alarm `unique`, which goes with the test; its name."""

    def put(**settings: Any) -> str:
        cloudwatch.put_metric_alarm(
            AlarmName=unique,
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            **settings,
        )
        return unique

    yield put
    cloudwatch.delete_alarms(AlarmNames=[unique])


@pytest.fixture
def set_faults(cloud: Cloud) -> Iterator[Callable[..., None]]:
    """Switches faults on; they are off again after the test."""
    yield cloud.control.set_faults
    cloud.control.set_faults(silence_metrics=False, drop_alarm_events=False)


@pytest.fixture
def error_rate(put_alarm: PutAlarm, balancer: Balancer, alarm_events: Received) -> str:
    """An alarm on the blue group's share of 5xx, as metric math over one second; its events are
    listened for before it has its first state."""

    def stat(key: str, name: str) -> dict[str, Any]:
        metric = {
            "Namespace": NAMESPACE,
            "MetricName": name,
            "Dimensions": balancer.dimensions(balancer.blue),
        }
        return {
            "Id": key,
            "MetricStat": {"Metric": metric, "Period": 1, "Stat": "Sum"},
            "ReturnData": False,
        }

    rate = "IF(FILL(requests, 0) >= 5, 100 * FILL(errors, 0) / requests, 0)"
    return put_alarm(
        Threshold=5,
        TreatMissingData="notBreaching",
        Metrics=[
            {"Id": "rate", "Expression": rate},
            stat("requests", "RequestCount"),
            stat("errors", "HTTPCode_Target_5XX_Count"),
        ],
    )


@pytest.fixture
def state_of(cloudwatch: Any) -> StateOf:
    def ask(name: str) -> str:
        found = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
        return str(found["StateValue"])

    return ask


@pytest.fixture
def alarm_events(unique: str, subscribe: Callable[..., Received]) -> Received:
    """Events of the alarm `unique`, as an input of the target's own."""
    transformer = {
        "InputPathsMap": {"alarm": "$.detail.alarmName", "state": "$.detail.state.value"},
        "InputTemplate": '{"service": "shop", "alarm": <alarm>, "state": <state>}',
    }
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": [unique]}}
    return subscribe(pattern, InputTransformer=transformer)


@pytest.fixture
def blue(balancer: Balancer, start_app: Callable[[str], App]) -> App:
    app = start_app("blue")
    balancer.serve(balancer.blue, app)
    return app


def test_requests_are_counted_exactly(balancer: Balancer, blue: App, metric_sum: MetricSum) -> None:
    started = time.monotonic()
    for _ in range(30):
        fetch(balancer.port)
    seconds = time.monotonic() - started
    group = balancer.dimensions(balancer.blue)
    for name in ("RequestCount", "HTTPCode_Target_2XX_Count"):
        eventually(lambda: metric_sum(name, group), lambda n: n == 30)  # noqa: B023
    eventually(lambda: metric_sum("TargetResponseTime", group, "SampleCount"), lambda n: n == 30)
    assert metric_sum("HTTPCode_Target_5XX_Count", group) is None
    spent = metric_sum("TargetResponseTime", group)
    assert spent is not None
    assert 0 <= spent <= 1.1 * seconds  # buckets are rough


def test_error_of_the_target_and_of_the_load_balancer_are_told_apart(
    balancer: Balancer, blue: App, metric_sum: MetricSum
) -> None:
    blue.status = 500
    fetch(balancer.port)
    blue.close()
    for _ in range(2):
        assert fetch(balancer.port)[0] == 502
    group, whole = balancer.dimensions(balancer.blue), balancer.dimensions()
    eventually(lambda: metric_sum("HTTPCode_ELB_5XX_Count", whole), lambda n: n == 2)
    eventually(lambda: metric_sum("HTTPCode_Target_5XX_Count", group), lambda n: n == 1)
    assert metric_sum("HTTPCode_ELB_5XX_Count", group) is None


def test_requests_to_unhealthy_targets_are_counted(
    balancer: Balancer, blue: App, metric_sum: MetricSum
) -> None:
    blue.health_status = 500
    eventually(lambda: balancer.health(balancer.blue), lambda s: s == ["unhealthy"])
    fetch(balancer.port)
    group = balancer.dimensions(balancer.blue)
    eventually(lambda: metric_sum("UnhealthyRoutingRequestCount", group), lambda n: n == 1)
    eventually(lambda: metric_sum("UnHealthyHostCount", group, "Maximum"), lambda n: n == 1)


def test_breach_is_an_alarm_and_an_event(
    balancer: Balancer,
    blue: App,
    error_rate: str,
    cloudwatch: Any,
    state_of: StateOf,
    alarm_events: Received,
) -> None:
    eventually(lambda: state_of(error_rate), lambda state: state == "OK")
    eventually(alarm_events)
    blue.status = 500
    broken_at = datetime.now(UTC)

    def keep_asking() -> str:
        for _ in range(10):
            fetch(balancer.port)
        return state_of(error_rate)

    eventually(keep_asking, lambda state: state == "ALARM")
    event = {"service": "shop", "alarm": error_rate, "state": "ALARM"}
    assert eventually(alarm_events) == [event]
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[error_rate])["MetricAlarms"]
    data = json.loads(alarm["StateReasonData"])
    newest = datetime.fromisoformat(data["startDate"])
    assert broken_at - timedelta(seconds=data["period"]) < newest < datetime.now(UTC)
    assert len(data["recentDatapoints"]) == 1


@pytest.fixture
def wait_for_a_beat(put_alarm: PutAlarm, cloudwatch: Any, state_of: StateOf) -> Callable[[], None]:
    """Until alarms are evaluated, which they are after each second's metrics: an alarm without
    data is OK then, whatever it was set to."""
    name = put_alarm(
        Namespace=NAMESPACE,
        MetricName="none",
        Statistic="Sum",
        Period=1,
        Threshold=0,
        TreatMissingData="notBreaching",
    )

    def wait() -> None:
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="to be seen")
        eventually(lambda: state_of(name), lambda state: state == "OK")

    return wait


def test_silenced_metrics_never_arrive(
    balancer: Balancer,
    blue: App,
    metric_sum: MetricSum,
    set_faults: Callable[..., None],
    wait_for_a_beat: Callable[[], None],
) -> None:
    group = balancer.dimensions(balancer.blue)
    eventually(lambda: metric_sum("HealthyHostCount", group, "SampleCount"))
    set_faults(silence_metrics=True)
    fetch(balancer.port)
    wait_for_a_beat()  # its metrics may have been read before the request
    wait_for_a_beat()
    before = metric_sum("HealthyHostCount", group, "SampleCount")
    set_faults(silence_metrics=False)
    eventually(lambda: metric_sum("HealthyHostCount", group, "SampleCount"), lambda n: n > before)
    assert metric_sum("RequestCount", group) is None


def test_dropped_event_leaves_the_alarm(
    cloudwatch: Any,
    put_alarm: PutAlarm,
    alarm_events: Received,
    state_of: StateOf,
    set_faults: Callable[..., None],
) -> None:
    name = put_alarm(
        Namespace=NAMESPACE,
        MetricName="none",  # of which there is no data: its state stays as it is set
        Statistic="Sum",
        Period=60,
        Threshold=0,
        TreatMissingData="ignore",
    )
    set_faults(drop_alarm_events=True)
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="by hand")
    set_faults(drop_alarm_events=False)
    assert state_of(name) == "ALARM"
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="by hand")
    assert eventually(alarm_events) == [{"service": "shop", "alarm": name, "state": "OK"}]


def test_unknown_alarm_is_left_out_silently(cloudwatch: Any) -> None:
    assert cloudwatch.describe_alarms(AlarmNames=["none"])["MetricAlarms"] == []


def test_calls_are_counted(cloud: Cloud, cloudwatch: Any) -> None:
    before = cloud.control.calls().get("cloudwatch:DescribeAlarms", 0)
    cloudwatch.describe_alarms(AlarmNames=["none"])
    assert cloud.control.calls()["cloudwatch:DescribeAlarms"] == before + 1
