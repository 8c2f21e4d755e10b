"""An upload is announced to whoever asked for its kind, and a refused write tells what is there."""

import json
from collections.abc import Callable
from datetime import datetime

import pytest

from tests.emulator.conftest import Received
from tests.emulator.rig import Cloud, eventually


def test_upload_of_a_manifest_is_announced(
    cloud: Cloud, unique: str, subscribe: Callable[..., Received]
) -> None:
    storage = cloud.client("s3")
    storage.create_bucket(Bucket=unique)
    storage.put_bucket_notification_configuration(
        Bucket=unique, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    manifest = {"bucket": {"name": [unique]}, "object": {"key": [{"suffix": "/release.json"}]}}
    kind = {"source": ["aws.s3"], "detail-type": ["Object Created"]}
    received = subscribe({**kind, "detail": manifest})

    for key in ("shop/1.1.0/bundle.zip", "shop/1.1.0/release.json"):
        storage.put_object(Bucket=unique, Key=key, Body=b"{}")

    (event,) = eventually(received)
    assert event["detail"]["bucket"]["name"] == unique
    found = event["detail"]["object"]
    assert (found["key"], found["size"]) == ("shop/1.1.0/release.json", 2)
    assert found["sequencer"]


def test_changes_of_parameters_are_announced_whoever_makes_them(
    cloud: Cloud, unique: str, subscribe: Callable[..., Received]
) -> None:
    kind = {"source": ["aws.ssm"], "detail-type": ["Parameter Store Change"]}
    names = [f"/{unique}/{maker}" for maker in ("stack", "call", "calls")]
    received = subscribe({**kind, "detail": {"name": names}})
    parameters, formation = cloud.client("ssm"), cloud.client("cloudformation")
    seen: list[tuple[str, str, str]] = []

    def told(count: int) -> list[tuple[str, str, str]]:
        def all_of_them() -> list[tuple[str, str, str]]:
            for event in received():
                detail = event["detail"]
                assert event["resources"][0].endswith(f":parameter{detail['name']}")
                seen.append((detail["name"], detail["type"], detail["operation"]))
            return seen

        eventually(lambda: len(all_of_them()) == count)
        return seen

    properties = {"Name": names[0], "Type": "String", "Value": "1"}
    stack = {"Resources": {"P": {"Type": "AWS::SSM::Parameter", "Properties": properties}}}
    formation.create_stack(StackName=unique, TemplateBody=json.dumps(stack))
    told(1)
    eventually(
        lambda: formation.describe_stacks(StackName=unique)["Stacks"][0]["StackStatus"],
        lambda status: status == "CREATE_COMPLETE",
    )
    formation.delete_stack(StackName=unique)
    told(2)
    for name in names[1:]:
        parameters.put_parameter(Name=name, Type="SecureString", Value="1")
    parameters.put_parameter(Name=names[1], Type="SecureString", Value="2", Overwrite=True)
    with pytest.raises(parameters.exceptions.ParameterAlreadyExists):
        parameters.put_parameter(Name=names[1], Type="String", Value="3")
    parameters.delete_parameter(Name=names[1])
    parameters.delete_parameters(Names=[names[2], f"{names[2]}-unknown"])

    secure = "SecureString"
    assert sorted(told(7)) == [
        (names[1], secure, "Create"),
        (names[1], secure, "Delete"),
        (names[1], secure, "Update"),
        (names[2], secure, "Create"),
        (names[2], secure, "Delete"),
        (names[0], "String", "Create"),
        (names[0], "String", "Delete"),
    ]


def test_a_rule_with_a_schedule_runs_when_it_is_told_that_its_time_has_come(
    cloud: Cloud, unique: str, subscribe: Callable[..., Received]
) -> None:
    received = subscribe({"source": [unique]})
    pattern = cloud.client("events")
    pattern.put_rule(Name=unique, ScheduleExpression="rate(1 day)")
    cloud.control.run_schedules()

    (event,) = eventually(received)
    assert event["detail-type"] == "Scheduled Event"
    assert datetime.fromisoformat(event["time"])


def test_failed_condition_returns_the_item(cloud: Cloud, unique: str) -> None:
    table = cloud.client("dynamodb")
    table.create_table(
        TableName=unique,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    held = {"pk": {"S": "lease"}, "fence": {"N": "7"}}
    table.put_item(TableName=unique, Item=held)
    with pytest.raises(table.exceptions.ConditionalCheckFailedException) as refusal:
        table.update_item(
            TableName=unique,
            Key={"pk": {"S": "lease"}},
            UpdateExpression="SET fence = :next",
            ConditionExpression="fence = :seen",
            ExpressionAttributeValues={":next": {"N": "9"}, ":seen": {"N": "8"}},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert refusal.value.response["Item"] == held
