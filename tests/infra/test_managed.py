"""What makes a service Viridian's to deploy, and that a service more needs no right more."""

import json

import pytest
from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from tests.assemblies import PROJECT, SHARED, Assemblies
from tests.infra.template import Assembly, name_of
from viridian.core.owned import Kind
from viridian_cdk.fleets.ecs import RoleOutsidePath, put_under_path

TAG = {"Key": "viridian:managed", "Value": "true"}


def test_what_a_deployment_changes_or_quotes_carries_the_tag_and_nothing_else_does(
    assembly: Assembly,
) -> None:
    """The test rules do not: a deployment never changes them."""
    tagged = {
        name_of(logical_id)
        for template in assembly.templates
        for logical_id, resource in template.resources.items()
        if TAG in resource.get("Properties", {}).get("Tags", [])
    }
    for kind in ("TargetGroup", "ListenerRule", "Fleet"):
        for name, wanted in assembly.owned(kind).items():
            assert wanted["tags"] == {TAG["Key"]: TAG["Value"]}, name

    assert tagged == {
        "Task",
        "TaskLogs",
        "TaskTaskRole",
        "TaskExecutionRole",
    }


def test_the_roles_of_tasks_stand_where_they_may_be_passed_on(assembly: Assembly) -> None:
    roles = assembly.shop.properties("IAM::Role")

    assert {name: role["Path"] for name, role in roles.items() if name != "LoadTestRole"} == {
        "TaskTaskRole": "/viridian/",
        "TaskExecutionRole": "/viridian/",
    }


def test_an_imported_role_that_stands_elsewhere_is_refused() -> None:
    stack = Stack()
    put_under_path(iam.Role.from_role_name(stack, "Inside", "viridian/tasks"))

    with pytest.raises(RoleOutsidePath, match=r"^Default/Elsewhere: .* /viridian/ only"):
        put_under_path(iam.Role.from_role_name(stack, "Elsewhere", "tasks"))


def test_four_services_leave_the_automation_as_one_does(
    assembly: Assembly, assemblies: Assemblies
) -> None:
    of_four = assemblies.at(SHARED)

    assert len(list(of_four.glob("Shop*.template.json"))) == 4
    assert Assembly(of_four).viridian == assembly.viridian


def test_a_service_adds_to_no_policy_of_the_automation(assembly: Assembly) -> None:
    """One of a role ends at 10 240 characters, one of a function at 20 KiB."""
    own = [{"Ref": logical_id} for logical_id in assembly.shop.resources]
    policies = assembly.shop.properties("IAM::Policy").values()
    of_queues = assembly.shop.properties("SQS::QueuePolicy").values()

    assert all(role in own for policy in policies for role in policy["Roles"])
    assert all(queue in own for policy in of_queues for queue in policy["Queues"])
    assert not assembly.shop.of_type("Lambda::Permission")
    assert not assembly.shop.of_type("SNS::TopicPolicy")


def test_each_roles_inline_policies_fit_it(assembly: Assembly) -> None:
    """AWS counts the ARNs that references become: those are about as long."""
    policies = assembly.properties("IAM::Policy").values()
    sizes = [len(json.dumps(p["PolicyDocument"], separators=(",", ":"))) for p in policies]
    roles = [assembly.spell(role) for policy in policies for role in policy["Roles"]]

    assert len(roles) == len(set(roles)) == len(policies), "one policy a role"
    assert max(sizes) < 10_240


def test_the_stack_policy_keeps_all_that_viridian_owns_from_being_made_anew() -> None:
    policy = json.loads((PROJECT / "examples" / "shop" / "stack-policy.json").read_text())
    [allowed, denied] = policy["Statement"]

    assert (allowed["Effect"], denied["Effect"]) == ("Allow", "Deny")
    assert denied["Action"] == ["Update:Replace", "Update:Delete"]
    kinds = denied["Condition"]["StringEquals"]["ResourceType"]
    assert set(kinds) == {f"Custom::Viridian{kind}" for kind in Kind}
