"""Every function runs under its own role: what is taken from the role, the function cannot do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from rehearsal.session import SHOP
from tests.rehearsal.control_plane.conftest import ControlPlane, ending
from viridian_cli.release import pack

pytestmark = pytest.mark.xdist_group("control_plane")

CASES = [
    ("AdmitRequest", "ssm:GetParameter", "RequestRejected"),
    ("AdmitRequest", "s3:GetObject", "RequestRejected"),
    ("AcquireLease", "dynamodb:UpdateItem", "DeploymentRefused"),
    ("InspectLive", "elasticloadbalancing:DescribeRules", "PreflightFailed"),
    ("InspectLive", "elasticloadbalancing:DescribeTargetHealth", "PreflightFailed"),
    ("InspectLive", "cloudwatch:DescribeAlarms", "PreflightFailed"),
    ("InspectLive", "ecs:DescribeServices", "PreflightFailed"),
    ("PrepareCandidate", "ecs:DescribeTaskDefinition", "CandidateRejected"),
    ("PrepareCandidate", "ecs:RegisterTaskDefinition", "CandidateRejected"),
    ("PrepareCandidate", "ecs:TagResource", "CandidateRejected"),
    ("PrepareCandidate", "iam:PassRole", "CandidateRejected"),
    ("PrepareCandidate", "ecs:UpdateService", "CandidateRejected"),
    ("CheckCandidate", "elasticloadbalancing:DescribeTargetHealth", "CandidateRejected"),
    ("RestoreTraffic", "elasticloadbalancing:ModifyRule", "PreflightFailed"),
    ("ShiftTraffic", "elasticloadbalancing:ModifyRule", "DeploymentReverted"),
]


@pytest.fixture(scope="module")
def uploaded(control_plane: ControlPlane) -> dict[str, str]:
    """A good release in the bucket; the deployment that its upload started is over, refused."""
    packed = pack(SHOP / "releases" / "1.1.0")
    request = {"service": "shop", "version": "2.0.0"}
    with control_plane.lease_held("test"):
        refused = control_plane.rehearsal.upload(
            replace(packed, version="2.0.0", manifest={**packed.manifest, **request})
        )
        assert ending(refused).error == "DeploymentRefused"
    return request


@pytest.mark.parametrize(("function", "action", "error"), CASES)
def test_a_permission_taken_away_is_missed(
    control_plane: ControlPlane, uploaded: dict[str, str], function: str, action: str, error: str
) -> None:
    with without(control_plane, function, action):
        found = control_plane.start(uploaded)

    assert found.error == error
    assert "is not authorized to perform" in str(found.cause)
    assert control_plane.live_weights() == [100, 0]


def test_a_rule_without_the_tag_is_not_written(
    control_plane: ControlPlane, uploaded: dict[str, str]
) -> None:
    elbv2 = control_plane.rehearsal.client("elbv2")
    rule = control_plane.rehearsal.registration()["rule_arn"]
    elbv2.remove_tags(ResourceArns=[rule], TagKeys=["viridian:managed"])
    try:
        found = control_plane.start(uploaded)
    finally:
        elbv2.add_tags(ResourceArns=[rule], Tags=[{"Key": "viridian:managed", "Value": "true"}])

    assert found.error == "PreflightFailed"
    assert "not authorized to perform: elasticloadbalancing:ModifyRule" in str(found.cause)


def test_a_fleet_without_the_tag_is_neither_seen_nor_changed(
    control_plane: ControlPlane, uploaded: dict[str, str]
) -> None:
    with idle_untagged(control_plane):
        unseen = control_plane.start(uploaded)
        with also(control_plane, "PrepareCandidate", "ecs:DescribeServices"):
            unchanged = control_plane.start(uploaded)

    assert "not authorized to perform: ecs:DescribeServices" in str(unseen.cause)
    assert "not authorized to perform: ecs:UpdateService" in str(unchanged.cause)
    assert unseen.error == unchanged.error == "CandidateRejected"


@contextmanager
def idle_untagged(control_plane: ControlPlane) -> Iterator[None]:
    """Take the tag from the idle side's fleet, for a while."""
    ecs = control_plane.rehearsal.client("ecs")
    arn = control_plane.rehearsal.registration()["green"]["fleet"]["arn"]
    ecs.untag_resource(resourceArn=arn, tagKeys=["viridian:managed"])
    try:
        yield
    finally:
        ecs.tag_resource(resourceArn=arn, tags=[{"key": "viridian:managed", "value": "true"}])


@contextmanager
def also(control_plane: ControlPlane, function: str, action: str) -> Iterator[None]:
    """Let the function's role do this to anything, for a while."""
    iam, role = control_plane.rehearsal.client("iam"), role_of(control_plane, function)
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    write(iam, role, "also", {"Statement": [statement]})
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="also")


@contextmanager
def without(control_plane: ControlPlane, function: str, action: str) -> Iterator[None]:
    """Take one action out of the inline policies of the function's role, for a while."""
    iam, role = control_plane.rehearsal.client("iam"), role_of(control_plane, function)
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policies = {
        name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in names
    }
    assert any(action in str(policy) for policy in policies.values()), f"{role} has no {action}"
    for name, policy in policies.items():
        write(iam, role, name, removed(policy, action))
    try:
        yield
    finally:
        for name, policy in policies.items():
            write(iam, role, name, policy)


def removed(policy: dict[str, Any], action: str) -> dict[str, Any]:
    statements = []
    for statement in policy["Statement"]:
        actions = statement["Action"]
        kept = [a for a in ([actions] if isinstance(actions, str) else actions) if a != action]
        if kept:
            statements.append({**statement, "Action": kept})
    return {**policy, "Statement": statements}


def write(iam: Any, role: str, name: str, policy: dict[str, Any]) -> None:
    """A policy with no statement left is no policy: AWS refuses to keep one."""
    if policy["Statement"]:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))
    else:
        iam.delete_role_policy(RoleName=role, PolicyName=name)


def role_of(control_plane: ControlPlane, function: str) -> str:
    functions = control_plane.rehearsal.client("lambda").list_functions(MaxItems=100)["Functions"]
    [role] = [f["Role"] for f in functions if f"Functions{function}Function" in f["FunctionName"]]
    return str(role).rpartition("/")[2]
