"""Alarms: what is not there is absent. The same claims hold for the fake."""

import json
from collections.abc import Callable

import boto3
import pytest
from botocore.stub import ANY, Stubber

from tests.fakes import FakeAlarms
from viridian.adapters.alarms import Alarms
from viridian.adapters.clients import client
from viridian.core.evidence.alarms import AlarmStates

AlarmsOf = Callable[[dict[str, str]], Alarms]


def on_aws(known: dict[str, str]) -> Alarms:
    cloudwatch = boto3.client("cloudwatch")
    for name, state in known.items():
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="Shop",
            MetricName="Errors",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="because")
    return Alarms(cloudwatch)


@pytest.fixture(params=[on_aws, FakeAlarms], ids=["aws", "fake"])
def alarms_of(request: pytest.FixtureRequest, aws: None) -> AlarmsOf:
    made: AlarmsOf = request.param
    return made


def test_states_are_told_by_name(alarms_of: AlarmsOf) -> None:
    known = {"a": "OK", "b": "ALARM", "c": "INSUFFICIENT_DATA", "other": "ALARM"}

    found = alarms_of(known).states(("a", "b", "c"))

    assert (found.watched, found.states) == (
        ("a", "b", "c"),
        {"a": "OK", "b": "ALARM", "c": "INSUFFICIENT_DATA"},
    )
    assert found.reasons == {"b": "ALARM: because", "c": "INSUFFICIENT_DATA: because"}


def test_an_alarm_that_is_missing_is_absent_and_not_ok(alarms_of: AlarmsOf) -> None:
    assert alarms_of({"a": "OK"}).states(("a", "gone")).missing == ["gone"]


def test_no_names_are_not_all_names(alarms_of: AlarmsOf) -> None:
    assert alarms_of({"a": "ALARM"}).states(()) == AlarmStates((), {})


def test_more_names_than_one_call_takes_are_asked_in_pages() -> None:
    names = tuple(f"alarm-{n}" for n in range(201))
    cloudwatch = client("cloudwatch")
    with Stubber(cloudwatch) as stub:
        for page in (names[:100], names[100:200], names[200:]):
            stub.add_response(
                "describe_alarms",
                {
                    "MetricAlarms": [{"AlarmName": n, "StateValue": "OK"} for n in page],
                    "CompositeAlarms": [],
                },
                expected_params={"AlarmNames": list(page), "AlarmTypes": ANY, "MaxRecords": 100},
            )

        assert Alarms(cloudwatch).states(names).states == dict.fromkeys(names, "OK")
        stub.assert_no_pending_responses()


def test_composite_alarms_are_asked_for_by_type() -> None:
    cloudwatch = client("cloudwatch")
    with Stubber(cloudwatch) as stub:
        stub.add_response(
            "describe_alarms",
            {
                "MetricAlarms": [{"AlarmName": "a", "StateValue": "OK"}],
                "CompositeAlarms": [{"AlarmName": "b", "StateValue": "ALARM"}],
            },
            expected_params={
                "AlarmNames": ["a", "b"],
                "AlarmTypes": ["MetricAlarm", "CompositeAlarm"],
                "MaxRecords": 100,
            },
        )

        assert Alarms(cloudwatch).states(("a", "b")).states == {"a": "OK", "b": "ALARM"}


def test_an_alarm_tells_what_it_saw() -> None:
    cloudwatch = client("cloudwatch")
    points = [{"timestamp": "2026-11-01T12:00:00.000+0000", "value": 9.0}]
    saw = json.dumps({"period": 60, "evaluatedDatapoints": points})
    metric = {"AlarmName": "a", "StateValue": "ALARM", "StateReasonData": saw}
    composite = {"AlarmName": "b", "StateValue": "ALARM"}
    with Stubber(cloudwatch) as stub:
        answer = {"MetricAlarms": [metric], "CompositeAlarms": [composite]}
        stub.add_response("describe_alarms", answer)
        found = Alarms(cloudwatch).states(("a", "b"))

    assert found.seen_at == {"a": 1_793_534_459}
