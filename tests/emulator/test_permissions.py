"""With IAM enforced a function may do what its role's policy says, on the resources it names."""

import json

import pytest

from tests.emulator.conftest import document

CALL = """
    import boto3

    def handler(event, context):
        client = boto3.client(event["service"])
        try:
            getattr(client, event["call"])(**event["arguments"])
        except client.exceptions.ClientError as error:
            return error.response["Error"]["Code"]
        return "allowed"
"""
DENIED = {"AccessDenied", "AccessDeniedException"}


@pytest.fixture
def call(cloud, unique, create_function):
    """Let the function make a call under exactly these statements, with IAM enforced."""
    create_function(CALL)
    functions, iam = cloud.client("lambda"), cloud.client("iam")

    def make(statement, service, call, **arguments):
        iam.put_role_policy(RoleName=unique, PolicyName="own", PolicyDocument=document(statement))
        request = {"service": service, "call": call, "arguments": arguments}
        cloud.control.enforce_iam(True)
        answer = functions.invoke(FunctionName=unique, Payload=json.dumps(request))
        return json.load(answer["Payload"])

    yield make
    cloud.control.enforce_iam(False)


def allow(action, *resources):
    actions = [action] if isinstance(action, str) else list(action)
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources) or "*"}


NOTHING = allow("sts:GetCallerIdentity")


def test_rule_may_be_modified_by_its_own_arn_only(call, balancer):
    request = {"RuleArn": balancer.rule, "Actions": [balancer.forward(50, 50)]}
    modify = "elasticloadbalancing:ModifyRule"
    assert call(NOTHING, "elbv2", "modify_rule", **request) in DENIED
    assert call(allow(modify, f"{balancer.rule}0"), "elbv2", "modify_rule", **request) in DENIED
    assert balancer.weights() == [100, 0]
    assert call(allow(modify, balancer.rule), "elbv2", "modify_rule", **request) == "allowed"
    assert balancer.weights() == [50, 50]


def test_removed_policy_takes_the_permission_away(call, cloud, unique, balancer):
    request = {"RuleArns": [balancer.rule]}
    describing = allow("elasticloadbalancing:DescribeRules")
    assert call(describing, "elbv2", "describe_rules", **request) == "allowed"
    cloud.client("iam").delete_role_policy(RoleName=unique, PolicyName="own")
    answer = cloud.client("lambda").invoke(
        FunctionName=unique,
        Payload=json.dumps({"service": "elbv2", "call": "describe_rules", "arguments": request}),
    )
    assert json.load(answer["Payload"]) in DENIED


def test_describing_needs_a_statement_on_every_resource(call, balancer):
    describe = "elasticloadbalancing:DescribeRules"
    request = {"RuleArns": [balancer.rule]}
    assert call(NOTHING, "elbv2", "describe_rules", **request) in DENIED
    assert call(allow(describe), "elbv2", "describe_rules", **request) == "allowed"


def test_health_is_described_on_every_resource(call, balancer):
    describe = "elasticloadbalancing:DescribeTargetHealth"
    request = {"TargetGroupArn": balancer.blue}
    assert call(NOTHING, "elbv2", "describe_target_health", **request) in DENIED
    assert call(allow(describe), "elbv2", "describe_target_health", **request) == "allowed"


def test_alarms_are_described(call):
    request = {"AlarmNames": ["none"]}
    assert call(NOTHING, "cloudwatch", "describe_alarms", **request) in DENIED
    allowed = allow("cloudwatch:DescribeAlarms")
    assert call(allowed, "cloudwatch", "describe_alarms", **request) == "allowed"


def test_parameter_is_read_by_its_path(call, cloud, unique):
    name = f"/viridian/services/{unique}"
    cloud.client("ssm").put_parameter(Name=name, Type="String", Value="{}")
    arn = "arn:aws:ssm:us-east-1:000000000000:parameter/viridian/services/*"
    other = "arn:aws:ssm:us-east-1:000000000000:parameter/other/*"
    assert call(allow("ssm:GetParameter", other), "ssm", "get_parameter", Name=name) in DENIED
    assert call(allow("ssm:GetParameter", arn), "ssm", "get_parameter", Name=name) == "allowed"


def test_object_is_read_by_its_arn(call, cloud, unique):
    storage = cloud.client("s3")
    storage.create_bucket(Bucket=unique)
    storage.put_bucket_versioning(Bucket=unique, VersioningConfiguration={"Status": "Enabled"})
    version = storage.put_object(Bucket=unique, Key="a/release.json", Body=b"{}")["VersionId"]
    request = {"Bucket": unique, "Key": "a/release.json"}
    arn = f"arn:aws:s3:::{unique}/*"
    assert call(NOTHING, "s3", "get_object", **request) in DENIED
    assert call(allow("s3:GetObject", arn), "s3", "get_object", **request) == "allowed"
    versioned = {**request, "VersionId": version}
    assert call(allow("s3:GetObject", arn), "s3", "get_object", **versioned) in DENIED
    reading = allow("s3:GetObjectVersion", arn)
    assert call(reading, "s3", "get_object", **versioned) == "allowed"


def test_item_is_updated_by_its_table(call, cloud, unique):
    cloud.client("dynamodb").create_table(
        TableName=unique,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    request = {"TableName": unique, "Key": {"pk": {"S": "a"}}}
    arn = f"arn:aws:dynamodb:us-east-1:000000000000:table/{unique}"
    update = "dynamodb:UpdateItem"
    assert call(allow(update, f"{arn}0"), "dynamodb", "update_item", **request) in DENIED
    assert call(allow(update, arn), "dynamodb", "update_item", **request) == "allowed"


def test_execution_is_started_by_its_machine(call, cloud, unique):
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
    machine = cloud.client("stepfunctions").create_state_machine(
        name=unique, definition=json.dumps(definition), roleArn="arn:aws:iam::000000000000:role/x"
    )["stateMachineArn"]
    request = {"stateMachineArn": machine}
    start = "states:StartExecution"
    assert (
        call(allow(start, f"{machine}0"), "stepfunctions", "start_execution", **request) in DENIED
    )
    assert call(allow(start, machine), "stepfunctions", "start_execution", **request) == "allowed"


def test_task_is_answered_on_every_resource(call):
    request = {"taskToken": "none", "error": "Breach"}
    send = "states:SendTaskFailure"
    assert call(NOTHING, "stepfunctions", "send_task_failure", **request) in DENIED
    found = call(allow(send), "stepfunctions", "send_task_failure", **request)
    assert found not in DENIED


def test_roles_are_passed_only_as_allowed(call, unique):
    role = f"arn:aws:iam::000000000000:role/{unique}"
    request = {
        "family": unique,
        "taskRoleArn": role,
        "containerDefinitions": [{"name": "app", "image": "app", "memory": 128}],
    }
    register = allow("ecs:RegisterTaskDefinition")
    assert call(register, "ecs", "register_task_definition", **request) in DENIED
    actions = ["ecs:RegisterTaskDefinition", "iam:PassRole"]
    assert call(allow(actions), "ecs", "register_task_definition", **request) == "allowed"


def test_administrator_still_uploads(call, cloud, unique):
    storage = cloud.client("s3")
    storage.create_bucket(Bucket=unique)
    cloud.control.enforce_iam(True)
    storage.put_object(Bucket=unique, Key="shop/1.1.0/bundle.zip", Body=b"zip")
    assert storage.get_object(Bucket=unique, Key="shop/1.1.0/bundle.zip")["Body"].read() == b"zip"
