"""CloudFormation makes what the template says, or fails and says why."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.emulator.rig import Cloud, eventually

Record = dict[str, Any]

TRUST = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}
NOBODYS_POLICY = {
    "Type": "AWS::IAM::Policy",
    "Properties": {
        "PolicyName": "x",
        "Roles": ["none"],
        "PolicyDocument": {"Version": "2012-10-17", "Statement": []},
    },
}
CHECKED = {
    "Port": 80,
    "Protocol": "HTTP",
    "TargetType": "ip",
    "HealthCheckPath": "/health",
    "HealthCheckIntervalSeconds": 5,
    "HealthyThresholdCount": 2,
    "UnhealthyThresholdCount": 3,
}
DELAY = {"Key": "deregistration_delay.timeout_seconds", "Value": "5"}


class Stack(NamedTuple):
    """What a stack came to; `reasons` are those of what failed."""

    status: str
    outputs: dict[str, str]
    reasons: list[str]


@pytest.fixture
def deploy(cloud: Cloud) -> Callable[..., Stack]:
    formation = cloud.client("cloudformation")

    def create(name: str, resources: Record, **outputs: Record) -> Stack:
        formation.create_stack(
            StackName=name,
            TemplateBody=json.dumps({"Resources": resources, "Outputs": outputs}),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        stack = eventually(
            lambda: formation.describe_stacks(StackName=name)["Stacks"][0],
            lambda found: not found["StackStatus"].endswith("IN_PROGRESS"),
        )
        events = formation.describe_stack_events(StackName=name)["StackEvents"]
        reasons = [e["ResourceStatusReason"] for e in events if "FAILED" in e["ResourceStatus"]]
        values = {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}
        return Stack(stack["StackStatus"], values, reasons)

    return create


def test_role_keeps_its_path(deploy: Callable[..., Stack], unique: str) -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": {**TRUST, "RoleName": unique, "Path": "/own/"}}
    stack = deploy(unique, {"Role": role}, Arn={"Value": {"Fn::GetAtt": ["Role", "Arn"]}})
    assert stack.outputs["Arn"] == f"arn:aws:iam::000000000000:role/own/{unique}"


def test_refused_resource_fails_the_stack_with_a_reason(
    deploy: Callable[..., Stack], unique: str
) -> None:
    stack = deploy(unique, {"X": NOBODYS_POLICY})
    assert (stack.status, bool(stack.reasons)) == ("ROLLBACK_COMPLETE", True)


def test_export_of_one_stack_is_imported_by_another(
    cloud: Cloud, deploy: Callable[..., Stack], unique: str
) -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": TRUST}
    export = {"Value": {"Fn::GetAtt": ["Role", "Arn"]}, "Export": {"Name": unique}}
    exported = deploy(f"{unique}-a", {"Role": role}, RoleArn=export)
    parameter = {"Type": "String", "Name": unique, "Value": {"Fn::ImportValue": unique}}
    deploy(f"{unique}-b", {"Copy": {"Type": "AWS::SSM::Parameter", "Properties": parameter}})
    found = cloud.client("ssm").get_parameter(Name=unique)["Parameter"]
    assert found["Value"] == exported.outputs["RoleArn"]


def test_group_keeps_its_health_check_and_its_delay(
    cloud: Cloud, deploy: Callable[..., Stack], unique: str
) -> None:
    properties = {**CHECKED, "TargetGroupAttributes": [DELAY]}
    group = {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": properties}
    arn = deploy(unique, {"Group": group}, Arn={"Value": {"Ref": "Group"}}).outputs["Arn"]
    elbv2 = cloud.client("elbv2")
    found = elbv2.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0]
    attributes = elbv2.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
    assert {name: found[name] for name in CHECKED} == CHECKED
    assert DELAY in attributes
