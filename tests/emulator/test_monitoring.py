"""Real traffic becomes metrics, metrics become alarms, and alarms become events."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.emulator.rig import eventually, fetch

NAMESPACE = "AWS/ApplicationELB"


@pytest.fixture
def cloudwatch(cloud):
    return cloud.client("cloudwatch")


@pytest.fixture
def metric_sum(cloudwatch):
    """The sum of a metric over the last minute; None if there is no datapoint."""

    def ask(name, dimensions, statistic="Sum"):
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
def put_alarm(cloudwatch, unique):
    """Put the alarm `unique`, which goes with the test; its name."""

    def put(**settings):
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
def set_faults(cloud):
    """Switches faults on; they are off again after the test."""
    yield cloud.control.set_faults
    cloud.control.set_faults(silence_metrics=False, drop_alarm_events=False)


@pytest.fixture
def error_rate(put_alarm, balancer, alarm_events):
    """An alarm on the blue group's share of 5xx, as metric math over one second; its events are
    listened for before it has its first state."""

    def stat(key, name):
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
def state_of(cloudwatch):
    def ask(name):
        return cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]

    return ask


@pytest.fixture
def alarm_events(cloud, unique):
    """Events of the alarm `unique`, as a queue behind an EventBridge rule receives them."""
    queues, events = cloud.client("sqs"), cloud.client("events")
    queue = queues.create_queue(QueueName=unique)["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:000000000000:{unique}"
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": [unique]}}
    events.put_rule(Name=unique, EventPattern=json.dumps(pattern))
    transformer = {
        "InputPathsMap": {"alarm": "$.detail.alarmName", "state": "$.detail.state.value"},
        "InputTemplate": '{"service": "shop", "alarm": <alarm>, "state": <state>}',
    }
    target = {"Id": "queue", "Arn": arn, "InputTransformer": transformer}
    events.put_targets(Rule=unique, Targets=[target])

    def receive():
        found = queues.receive_message(QueueUrl=queue, WaitTimeSeconds=0)
        for message in found.get("Messages", []):
            queues.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in found.get("Messages", [])]

    return receive


@pytest.fixture
def blue(balancer, start_app):
    app = start_app("blue")
    balancer.serve(balancer.blue, app)
    return app


def test_requests_are_counted_exactly(balancer, blue, metric_sum):
    started = time.monotonic()
    for _ in range(30):
        fetch(balancer.port)
    seconds = time.monotonic() - started
    group = balancer.dimensions(balancer.blue)
    for name in ("RequestCount", "HTTPCode_Target_2XX_Count"):
        eventually(lambda: metric_sum(name, group), lambda n: n == 30)  # noqa: B023
    eventually(lambda: metric_sum("TargetResponseTime", group, "SampleCount"), lambda n: n == 30)
    assert metric_sum("HTTPCode_Target_5XX_Count", group) is None
    assert 0 <= metric_sum("TargetResponseTime", group) <= 1.1 * seconds  # buckets are rough


def test_error_of_the_target_and_of_the_load_balancer_are_told_apart(balancer, blue, metric_sum):
    blue.status = 500
    fetch(balancer.port)
    blue.close()
    for _ in range(2):
        assert fetch(balancer.port)[0] == 502
    group, whole = balancer.dimensions(balancer.blue), balancer.dimensions()
    eventually(lambda: metric_sum("HTTPCode_ELB_5XX_Count", whole), lambda n: n == 2)
    eventually(lambda: metric_sum("HTTPCode_Target_5XX_Count", group), lambda n: n == 1)
    assert metric_sum("HTTPCode_ELB_5XX_Count", group) is None


def test_requests_to_unhealthy_targets_are_counted(balancer, blue, metric_sum):
    blue.health_status = 500
    eventually(lambda: balancer.health(balancer.blue), lambda s: s == ["unhealthy"])
    fetch(balancer.port)
    group = balancer.dimensions(balancer.blue)
    eventually(lambda: metric_sum("UnhealthyRoutingRequestCount", group), lambda n: n == 1)
    eventually(lambda: metric_sum("UnHealthyHostCount", group, "Maximum"), lambda n: n == 1)


def test_breach_is_an_alarm_and_an_event(balancer, blue, error_rate, state_of, alarm_events):
    eventually(lambda: state_of(error_rate), lambda state: state == "OK")
    eventually(alarm_events)
    blue.status = 500

    def keep_asking():
        for _ in range(10):
            fetch(balancer.port)
        return state_of(error_rate)

    eventually(keep_asking, lambda state: state == "ALARM")
    event = {"service": "shop", "alarm": error_rate, "state": "ALARM"}
    assert eventually(alarm_events) == [event]


@pytest.fixture
def wait_for_a_beat(put_alarm, cloudwatch, state_of):
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

    def wait():
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="to be seen")
        eventually(lambda: state_of(name), lambda state: state == "OK")

    return wait


def test_silenced_metrics_never_arrive(balancer, blue, metric_sum, set_faults, wait_for_a_beat):
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


def test_dropped_event_leaves_the_alarm(cloudwatch, put_alarm, alarm_events, state_of, set_faults):
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


def test_unknown_alarm_is_left_out_silently(cloudwatch):
    assert cloudwatch.describe_alarms(AlarmNames=["none"])["MetricAlarms"] == []


def test_other_dimensions_are_another_metric(cloudwatch, unique):
    now = datetime.now(UTC)
    dimensions = [{"Name": "TargetGroup", "Value": "blue"}]
    datum = {"MetricName": "m", "Value": 3, "Timestamp": now, "Dimensions": dimensions}
    cloudwatch.put_metric_data(Namespace=unique, MetricData=[datum])

    def values(**fields):
        stat = {"Metric": {"Namespace": unique, "MetricName": "m", **fields}, "Period": 60}
        found = cloudwatch.get_metric_data(
            MetricDataQueries=[{"Id": "m", "MetricStat": {**stat, "Stat": "Sum"}}],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=1),
        )
        return found["MetricDataResults"][0]["Values"]

    assert values(Dimensions=dimensions) == [3]
    assert values() == []


def test_calls_are_counted(cloud, cloudwatch):
    before = cloud.control.calls().get("cloudwatch:DescribeAlarms", 0)
    cloudwatch.describe_alarms(AlarmNames=["none"])
    assert cloud.control.calls()["cloudwatch:DescribeAlarms"] == before + 1
