"""An upload is announced to whoever asked for its kind, and a refused write tells what is there."""

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
