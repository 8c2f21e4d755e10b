"""With IAM enforced a role may do what its policy says, on the resource the call is checked on."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.rig import Cloud

Statement = dict[str, Any]

DENIED = {"AccessDenied", "AccessDeniedException"}
TABLE, MACHINE, PARAMETER = (
    f"arn:aws:{kind}"
    for kind in (
        "dynamodb:us-east-1:000000000000:table/leases",
        "states:us-east-1:000000000000:stateMachine:deploy",
        "ssm:us-east-1:000000000000:parameter/services/*",
    )
)
KEY = {"pk": {"S": "a"}}


def allow(action: str, resource: str) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def document(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def is_allowed(cloud: Cloud, unique: str) -> Callable[..., bool]:
    """Whether a role with this one statement may make a call; what it calls need not exist."""
    iam = cloud.client("iam")
    role = iam.create_role(RoleName=unique, AssumeRolePolicyDocument=document())["Role"]["Arn"]
    session = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="test")

    def ask(statement: Statement, service: str, call: str, arguments: dict[str, Any]) -> bool:
        iam.put_role_policy(RoleName=unique, PolicyName="own", PolicyDocument=document(statement))
        cloud.control.enforce_iam(True)
        try:
            getattr(cloud.client(service, session["Credentials"]), call)(**arguments)
        except ClientError as error:
            return error.response["Error"]["Code"] not in DENIED
        finally:
            cloud.control.enforce_iam(False)
        return True

    return ask


@pytest.mark.parametrize(
    ("action", "resource", "service", "call", "arguments"),
    [
        ("elasticloadbalancing:DescribeRules", "*", "elbv2", "describe_rules", {"RuleArns": ["r"]}),
        (
            "elasticloadbalancing:DescribeTargetHealth",
            "*",
            "elbv2",
            "describe_target_health",
            {"TargetGroupArn": "g"},
        ),
        ("cloudwatch:DescribeAlarms", "*", "cloudwatch", "describe_alarms", {}),
        (
            "states:SendTaskFailure",
            "*",
            "stepfunctions",
            "send_task_failure",
            {"taskToken": "t"},
        ),
        (
            "states:StartExecution",
            MACHINE,
            "stepfunctions",
            "start_execution",
            {"stateMachineArn": MACHINE},
        ),
        ("ssm:GetParameter", PARAMETER, "ssm", "get_parameter", {"Name": "/services/shop"}),
        (
            "dynamodb:UpdateItem",
            TABLE,
            "dynamodb",
            "update_item",
            {"TableName": "leases", "Key": KEY},
        ),
    ],
)
def test_call_is_checked_on_its_resource(
    is_allowed: Callable[..., bool],
    action: str,
    resource: str,
    service: str,
    call: str,
    arguments: dict[str, Any],
) -> None:
    other = f"arn:aws:{action.split(':')[0]}:us-east-1:000000000000:other"

    assert is_allowed(allow(action, resource), service, call, arguments)
    assert not is_allowed(allow(action, other), service, call, arguments)
    assert not is_allowed(allow("sts:GetCallerIdentity", "*"), service, call, arguments)


def test_version_of_an_object_is_read_by_a_right_of_its_own(
    cloud: Cloud, unique: str, is_allowed: Callable[..., bool]
) -> None:
    storage = cloud.client("s3")
    storage.create_bucket(Bucket=unique)
    storage.put_bucket_versioning(Bucket=unique, VersioningConfiguration={"Status": "Enabled"})
    version = storage.put_object(Bucket=unique, Key="a", Body=b"{}")["VersionId"]
    newest = {"Bucket": unique, "Key": "a"}
    asks = [newest, {**newest, "VersionId": version}]

    for action, wanted in (
        ("s3:GetObject", [True, False]),
        ("s3:GetObjectVersion", [False, True]),
    ):
        own, other = allow(action, f"arn:aws:s3:::{unique}/*"), allow(action, "arn:aws:s3:::b/*")
        assert [is_allowed(own, "s3", "get_object", ask) for ask in asks] == wanted
        assert not any(is_allowed(other, "s3", "get_object", ask) for ask in asks)


def test_definition_is_registered_with_the_tag_that_the_policy_asks_for(
    is_allowed: Callable[..., bool], unique: str
) -> None:
    register = allow("ecs:*", "*")
    register["Condition"] = {"StringEquals": {"aws:RequestTag/kind": "shop"}}
    container = {"name": "app", "image": "app", "memory": 128}
    request = {"family": unique, "containerDefinitions": [container]}
    tagged, other = ({"tags": [{"key": "kind", "value": value}]} for value in ("shop", "other"))

    found = [
        is_allowed(register, "ecs", "register_task_definition", {**request, **tags})
        for tags in (tagged, other, {})
    ]
    assert found == [True, False, False]


def test_administrator_still_uploads(cloud: Cloud, unique: str) -> None:
    storage = cloud.client("s3")
    storage.create_bucket(Bucket=unique)
    cloud.control.enforce_iam(True)
    try:
        storage.put_object(Bucket=unique, Key="bundle.zip", Body=b"zip")
    finally:
        cloud.control.enforce_iam(False)
    assert storage.get_object(Bucket=unique, Key="bundle.zip")["Body"].read() == b"zip"
