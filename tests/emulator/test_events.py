"""An upload becomes an event, and the event a call of a function, as EventBridge does it."""

import json

import pytest

from tests.emulator.rig import eventually

KEEP = """
    import boto3, json, os

    def handler(event, context):
        boto3.client("ssm").put_parameter(
            Name=os.environ["PARAMETER"], Type="String", Value=json.dumps(event), Overwrite=True
        )
"""


@pytest.fixture
def received(cloud, unique, create_function):
    """The last event that a function behind a rule got."""
    parameter = f"/events/{unique}"
    environment = {"Variables": {"PARAMETER": parameter}}
    function = create_function(KEEP, Environment=environment)
    ssm, events = cloud.client("ssm"), cloud.client("events")

    def subscribe(pattern, **target):
        events.put_rule(Name=unique, EventPattern=json.dumps(pattern))
        queue = f"arn:aws:sqs:us-east-1:000000000000:{unique}"
        events.put_targets(
            Rule=unique,
            Targets=[
                {
                    "Id": "function",
                    "Arn": function,
                    "RetryPolicy": {"MaximumRetryAttempts": 4, "MaximumEventAgeInSeconds": 900},
                    "DeadLetterConfig": {"Arn": queue},
                    **target,
                }
            ],
        )

    def last():
        found = ssm.get_parameters(Names=[parameter])["Parameters"]
        return json.loads(found[0]["Value"]) if found else None

    subscribe.last = last
    return subscribe


@pytest.fixture
def bucket(cloud, unique):
    storage = cloud.client("s3")
    storage.create_bucket(Bucket=unique)
    storage.put_bucket_versioning(Bucket=unique, VersioningConfiguration={"Status": "Enabled"})
    storage.put_bucket_notification_configuration(
        Bucket=unique, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    return unique


def test_upload_of_a_manifest_is_announced_with_its_identity(cloud, bucket, received):
    received(
        {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {
                "bucket": {"name": [bucket]},
                "object": {"key": [{"suffix": "/release.json"}]},
            },
        }
    )
    storage = cloud.client("s3")
    key = "shop/1.1.0/release.json"
    version = storage.put_object(Bucket=bucket, Key=key, Body=b"{}")["VersionId"]
    storage.put_object(Bucket=bucket, Key="shop/1.1.0/bundle.zip", Body=b"zip")
    detail = eventually(received.last)["detail"]
    assert detail["bucket"]["name"] == bucket
    found = detail["object"]
    assert (found["key"], found["version-id"], found["size"]) == (key, version, 2)
    assert found["sequencer"]


def test_input_is_made_of_parts_of_the_event(cloud, unique, received):
    transformer = {
        "InputPathsMap": {
            "service": "$.resources[0]",
            "at": "$.time",
            "name": "$.detail.eventName",
        },
        "InputTemplate": '{"service": "shop", "ecs_service": <service>, "at": <at>, "is": <name>}',
    }
    service = f"arn:aws:ecs:us-east-1:000000000000:service/shop/{unique}"
    received({"resources": [service]}, InputTransformer=transformer)
    entry = {
        "Source": "test",
        "DetailType": "ECS Service Action",
        "Resources": [service],
        "Detail": json.dumps({"eventName": "SERVICE_STEADY_STATE"}),
    }
    cloud.client("events").put_events(Entries=[entry])
    found = eventually(received.last)
    assert found.pop("at").endswith("Z")
    assert found == {"service": "shop", "ecs_service": service, "is": "SERVICE_STEADY_STATE"}


def test_function_that_fails_is_asked_again(cloud, unique, create_function):
    asked_once = """
        import boto3, json

        def handler(event, context):
            table = boto3.client("dynamodb")
            table.put_item(
                TableName=event["detail"]["table"],
                Item={"pk": {"S": "asked"}},
                ConditionExpression="attribute_exists(pk)",
            )
    """
    table, events = cloud.client("dynamodb"), cloud.client("events")
    create_table(table, unique)
    function = create_function(asked_once)
    events.put_rule(Name=unique, EventPattern=json.dumps({"source": [unique]}))
    events.put_targets(Rule=unique, Targets=[{"Id": "function", "Arn": function}])
    entry = {"Source": unique, "DetailType": "Asked", "Detail": json.dumps({"table": unique})}
    before = cloud.control.calls().get("dynamodb:PutItem", 0)
    events.put_events(Entries=[entry])
    eventually(lambda: cloud.control.calls().get("dynamodb:PutItem", 0) >= before + 2)


def test_failed_condition_returns_the_item(cloud, unique):
    table = cloud.client("dynamodb")
    create_table(table, unique)
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


def create_table(client, name):
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
