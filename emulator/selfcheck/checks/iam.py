"""Permissions: a role may do what its policy says, on the resources that it names."""

import contextlib
import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3

from emulator import environment
from emulator.repairs import iam, lambda_
from emulator.selfcheck.asking import expect, refusal_of
from emulator.selfcheck.subject import NAME, ROLE, Subject

Statement = dict[str, Any]

SERVICES = f"arn:aws:ecs:{environment.REGION}:{environment.ACCOUNT}:service/{NAME}"
CONTAINERS = [{"name": "app", "image": "app", "memory": 128}]
TAGS = [{"key": "version", "value": "1"}]


def rules_are_written_by_their_own_arn(subject: Subject) -> None:
    modify = _allow("elasticloadbalancing:ModifyRule", subject.rule)
    change = {"RuleArn": subject.rule, "Actions": [subject.forward(90, 10)]}
    with _acting(subject, "elbv2", modify) as elbv2:
        expect(_is_denied(elbv2.modify_rule, **change), False)
        expect(_is_denied(elbv2.delete_rule, RuleArn=subject.rule), True)
    other = _allow("elasticloadbalancing:ModifyRule", f"{subject.rule}0")
    with _acting(subject, "elbv2", other) as elbv2:
        expect(_is_denied(elbv2.modify_rule, **change), True)


def services_are_changed_by_their_own_arn(subject: Subject) -> None:
    with _acting(subject, "ecs", _allow("ecs:UpdateService", f"{SERVICES}/blue")) as ecs:
        expect(_is_denied(ecs.update_service, cluster=NAME, service="blue"), False)
        expect(_is_denied(ecs.update_service, cluster=NAME, service="green"), True)


def every_described_service_is_authorised(subject: Subject) -> None:
    with _acting(subject, "ecs", _allow("ecs:DescribeServices", f"{SERVICES}/blue")) as ecs:
        describe = ecs.describe_services
        expect(_is_denied(describe, cluster=NAME, services=["blue"]), False)
        expect(_is_denied(describe, cluster=NAME, services=["blue", "green"]), True)


def roles_are_passed_only_as_allowed(subject: Subject) -> None:
    definition = {"family": NAME, "containerDefinitions": CONTAINERS, "taskRoleArn": ROLE}
    register = _allow("ecs:RegisterTaskDefinition")
    with _acting(subject, "ecs", register) as ecs:
        expect(_is_denied(ecs.register_task_definition, **definition), True)
    with _acting(subject, "ecs", register, _allow("iam:PassRole", ROLE)) as ecs:
        expect(_is_denied(ecs.register_task_definition, **definition), False)


def tags_are_set_only_as_allowed(subject: Subject) -> None:
    definition = {"family": NAME, "containerDefinitions": CONTAINERS, "tags": TAGS}
    with _acting(subject, "ecs", _allow("ecs:RegisterTaskDefinition")) as ecs:
        expect(_is_denied(ecs.register_task_definition, **definition), True)


def loopback_counts_as_tls(subject: Subject) -> None:
    describe = _allow("elasticloadbalancing:DescribeRules")
    describe["Condition"] = {"Bool": {"aws:SecureTransport": "true"}}
    with _acting(subject, "elbv2", describe) as elbv2:
        expect(_is_denied(elbv2.describe_rules, RuleArns=[subject.rule]), False)


@contextlib.contextmanager
def _acting(subject: Subject, service: str, *statements: Statement) -> Iterator[Any]:
    """A client of a role that these statements are the policy of, while IAM is enforced."""
    client = subject.once(_role_client)(service)
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    policy = {"RoleName": NAME, "PolicyName": NAME, "PolicyDocument": document}
    subject.client("iam").put_role_policy(**policy)
    iam.enforce(True)
    try:
        yield client
    finally:
        iam.enforce(False)


def _role_client(subject: Subject) -> Callable[[str], Any]:
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    subject.client("iam").create_role(RoleName=NAME, AssumeRolePolicyDocument=trust)
    credentials = lambda_.role_credentials({"Role": ROLE, "FunctionName": NAME})
    keys = {name.lower(): value for name, value in credentials.items()}
    return functools.cache(functools.partial(boto3.client, **keys))


def _allow(action: str, resource: str = "*") -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def _is_denied(call: Any, **arguments: Any) -> bool:
    return refusal_of(call, **arguments).startswith("AccessDenied")


CHECKS = (
    rules_are_written_by_their_own_arn,
    services_are_changed_by_their_own_arn,
    every_described_service_is_authorised,
    roles_are_passed_only_as_allowed,
    tags_are_set_only_as_allowed,
    loopback_counts_as_tls,
)
