"""Permissions: a role may do what its policy says, on the resources that it names."""

import functools

from emulator import environment
from emulator.repairs import iam
from emulator.selfcheck.asking import expect
from emulator.selfcheck.checks.auto_scaling import scalable_service
from emulator.selfcheck.rights import Statement, acting, allow, is_denied
from emulator.selfcheck.subject import NAME, PATH, ROLE, Check, Subject, fixed

SERVICES = f"arn:aws:ecs:{environment.REGION}:{environment.ACCOUNT}:service/{NAME}"
CONTAINERS = [{"name": "app", "image": "app", "memory": 128}]
TAGS = [{"key": "version", "value": "1"}]


def rules_are_written_by_their_own_arn(subject: Subject) -> None:
    modify = allow("elasticloadbalancing:ModifyRule", subject.rule)
    change = {"RuleArn": subject.rule, "Actions": [subject.forward(90, 10)]}
    with acting(subject, "elbv2", modify) as elbv2:
        expect(is_denied(elbv2.modify_rule, **change), False)
        expect(is_denied(elbv2.delete_rule, RuleArn=subject.rule), True)
    other = allow("elasticloadbalancing:ModifyRule", f"{subject.rule}0")
    with acting(subject, "elbv2", other) as elbv2:
        expect(is_denied(elbv2.modify_rule, **change), True)


def rules_are_ordered_by_their_own_arn(subject: Subject) -> None:
    order = {"RulePriorities": [{"RuleArn": subject.rule, "Priority": 77}]}
    for arn, denied in ((subject.rule, False), (f"{subject.rule}0", True)):
        statement = allow("elasticloadbalancing:SetRulePriorities", arn)
        with acting(subject, "elbv2", statement) as elbv2:
            expect(is_denied(elbv2.set_rule_priorities, **order), denied)


def services_are_changed_by_their_own_arn(subject: Subject) -> None:
    with acting(subject, "ecs", allow("ecs:UpdateService", f"{SERVICES}/blue")) as ecs:
        expect(is_denied(ecs.update_service, cluster=NAME, service="blue"), False)
        expect(is_denied(ecs.update_service, cluster=NAME, service="green"), True)


def every_described_service_is_authorised(subject: Subject) -> None:
    with acting(subject, "ecs", allow("ecs:DescribeServices", f"{SERVICES}/blue")) as ecs:
        describe = ecs.describe_services
        expect(is_denied(describe, cluster=NAME, services=["blue"]), False)
        expect(is_denied(describe, cluster=NAME, services=["blue", "green"]), True)


def every_described_task_is_authorised(subject: Subject) -> None:
    tasks = SERVICES.replace(":service/", ":task/")
    with acting(subject, "ecs", allow("ecs:DescribeTasks", f"{tasks}/1")) as ecs:
        describe = ecs.describe_tasks
        expect(is_denied(describe, cluster=NAME, tasks=["1"]), False)
        expect(is_denied(describe, cluster=NAME, tasks=["1", "2"]), True)


def rules_are_written_by_their_tags(subject: Subject) -> None:
    tagged, other = subject.rule, subject.route("/untagged", 40, fixed(200))
    tags = [{"Key": "own:service", "Value": NAME}]
    subject.client("elbv2").add_tags(ResourceArns=[tagged], Tags=tags)
    for key in ("aws:ResourceTag", "elasticloadbalancing:ResourceTag"):
        modify = allow("elasticloadbalancing:ModifyRule", **{f"{key}/own:service": NAME})
        with acting(subject, "elbv2", modify) as elbv2:
            written = [
                not is_denied(elbv2.modify_rule, RuleArn=rule, Actions=[fixed(200)])
                for rule in (tagged, other)
            ]
        expect((key, written), (key, [True, False]))


def scalable_targets_are_reached_by_arn_and_tags(subject: Subject) -> None:
    places = [scalable_service(subject, name) for name in ("tagged", "untagged")]
    capacities = {"MinCapacity": 0, "MaxCapacity": 1}
    service = "application-autoscaling"
    register = subject.client(service).register_scalable_target
    arn, _other = (
        register(**place, **capacities, Tags=tags)["ScalableTargetARN"]
        for place, tags in zip(places, ({"Service": NAME}, {}), strict=True)
    )
    action = f"{service}:RegisterScalableTarget"
    for statement in (allow(action, arn), allow(action, **{"aws:ResourceTag/Service": NAME})):
        with acting(subject, service, statement) as scaling:
            denied = [is_denied(scaling.register_scalable_target, **place) for place in places]
        expect(denied, [False, True])


def services_are_reached_by_their_tags(subject: Subject) -> None:
    subject.once(_tagged_service)
    services = [[NAME], ["untagged"], [NAME, "untagged"]]
    for key in ("aws:ResourceTag", "ecs:ResourceTag"):
        actions = ("ecs:UpdateService", "ecs:DescribeServices")
        reach = [allow(action, **{f"{key}/Service": NAME}) for action in actions]
        with acting(subject, "ecs", *reach) as ecs:
            updated = [not is_denied(ecs.update_service, service=s[0]) for s in services[:2]]
            described = [not is_denied(ecs.describe_services, services=s) for s in services]
        expect((key, updated, described), (key, [True, False], [True, False, False]))


def roles_are_passed_only_as_allowed(subject: Subject) -> None:
    """By their ARN with its path, and to the service that the policy names."""
    to_tasks = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
    to_functions = {"iam:PassedToService": "lambda.amazonaws.com"}
    without_path = ROLE.replace(PATH, "/")
    expect(_may_pass_role(subject), False)
    expect(_may_pass_role(subject, allow("iam:PassRole", ROLE)), True)
    expect(_may_pass_role(subject, allow("iam:PassRole", without_path)), False)
    expect(_may_pass_role(subject, allow("iam:PassRole", ROLE, **to_tasks)), True)
    expect(_may_pass_role(subject, allow("iam:PassRole", ROLE, **to_functions)), False)


def _may_pass_role(subject: Subject, *statements: Statement) -> bool:
    """Whether a task definition may name it, as either of its two."""
    with acting(subject, "ecs", allow("ecs:RegisterTaskDefinition"), *statements) as ecs:
        register = functools.partial(
            ecs.register_task_definition, family=NAME, containerDefinitions=CONTAINERS
        )
        answers = {is_denied(register, **{kind: ROLE}) for kind in iam.ROLES}
    expect(len(answers), 1)
    return not answers.pop()


def tags_are_set_only_as_allowed(subject: Subject) -> None:
    definition = {"family": NAME, "containerDefinitions": CONTAINERS, "tags": TAGS}
    register = allow("ecs:RegisterTaskDefinition")
    with acting(subject, "ecs", register) as ecs:
        expect(is_denied(ecs.register_task_definition, **definition), True)
    asked = {"ecs:CreateAction": "RegisterTaskDefinition", "aws:RequestTag/version": "1"}
    with acting(subject, "ecs", register, allow("ecs:TagResource", **asked)) as ecs:
        expect(is_denied(ecs.register_task_definition, **definition), False)


def loopback_counts_as_tls(subject: Subject) -> None:
    encrypted = {"aws:SecureTransport": "true"}
    describe = allow("elasticloadbalancing:DescribeRules", **encrypted)
    with acting(subject, "elbv2", describe) as elbv2:
        expect(is_denied(elbv2.describe_rules, RuleArns=[subject.rule]), False)


def _tagged_service(subject: Subject) -> None:
    service = {"serviceName": NAME, "desiredCount": 0, "taskDefinition": "none"}
    subject.client("ecs").create_service(**service, tags=[{"key": "Service", "value": NAME}])


CHECKS: dict[Check, str] = {
    rules_are_written_by_their_own_arn: "iam",
    rules_are_ordered_by_their_own_arn: "iam",
    services_are_changed_by_their_own_arn: "iam",
    every_described_service_is_authorised: "iam",
    every_described_task_is_authorised: "iam",
    rules_are_written_by_their_tags: "iam",
    scalable_targets_are_reached_by_arn_and_tags: "iam",
    services_are_reached_by_their_tags: "iam",
    roles_are_passed_only_as_allowed: "iam",
    tags_are_set_only_as_allowed: "iam",
    loopback_counts_as_tls: "iam",
}
