"""What Viridian owns is made once, however often it is asked for, and an edit moves nothing."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from tests.core.shop import BLUE_FLEET
from viridian.adapters.clients import client
from viridian.adapters.fleets.ecs import EcsFleets
from viridian.adapters.owned import Fleets, owned_kinds
from viridian.core.errors import RequestInvalid
from viridian.core.owned import Kind, name_of

TAGS = {"viridian:managed": "true", "team": "a"}


class Account:
    """A VPC with a load balancer, a cluster, a task template, and what the shop's stack wants."""

    def __init__(self) -> None:
        self.kinds = owned_kinds()
        self.elbv2, self.ecs, ec2 = (boto3.client(name) for name in ("elbv2", "ecs", "ec2"))
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=zone)
            for n, zone in enumerate(("us-east-1a", "us-east-1b"))
        ]
        self.subnets = [s["Subnet"]["SubnetId"] for s in subnets]
        balancer = self.elbv2.create_load_balancer(Name="shop", Subnets=self.subnets)
        self.listener = self.elbv2.create_listener(
            LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[
                {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}
            ],
        )["Listeners"][0]["ListenerArn"]
        self.cluster = self.ecs.create_cluster(clusterName="shop")["cluster"]["clusterArn"]
        template = self.ecs.register_task_definition(
            family="template",
            containerDefinitions=[
                {"name": "app", "image": "shop@sha256:1", "essential": True, "memory": 128}
            ],
        )
        self.template = template["taskDefinition"]["taskDefinitionArn"]
        self.groups = dict.fromkeys(("blue", "green"), self._group(vpc))

    def _group(self, vpc: str) -> dict[str, Any]:
        return {
            "Protocol": "HTTP",
            "Port": 8080,
            "VpcId": vpc,
            "TargetType": "ip",
            "HealthCheckPath": "/health",
            "Attributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": "60"}],
            "tags": TAGS,
        }

    def wanted(self, kind: Kind) -> dict[str, Any]:
        if kind is Kind.TARGET_GROUP:
            return self.groups["blue"]
        return self.rule() if kind is Kind.LISTENER_RULE else self.fleet()

    def found(self, kind: Kind, arn: str) -> Any:
        """What AWS says of it."""
        if kind is Kind.TARGET_GROUP:
            return self.elbv2.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
        if kind is Kind.LISTENER_RULE:
            return self.elbv2.describe_rules(RuleArns=[arn])["Rules"]
        return self.ecs.describe_services(cluster="shop", services=[arn])["services"]

    def tags(self, kind: Kind, arn: str) -> dict[str, str]:
        if kind is Kind.FLEET:
            found = self.ecs.list_tags_for_resource(resourceArn=arn)["tags"]
            return {tag["key"]: tag["value"] for tag in found}
        [described] = self.elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"]
        return {tag["Key"]: tag["Value"] for tag in described["Tags"]}

    def group(self, colour: str = "blue") -> str:
        return self.kinds[Kind.TARGET_GROUP].make(self.groups[colour], f"shop-{colour}")

    def rule(self) -> dict[str, Any]:
        weights = {"blue": 100, "green": 0}
        groups = [
            {"TargetGroupArn": self.group(c), "Weight": weight} for c, weight in weights.items()
        ]
        return {
            "ListenerArn": self.listener,
            "Priority": 100,
            "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}],
            "Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}],
            "tags": TAGS,
        }

    def fleet(self) -> dict[str, Any]:
        return {
            "service": "shop",
            "version": "1.0.0",
            "template": self.template,
            "family": "viridian-shop",
            "cluster": self.cluster,
            "launchType": "FARGATE",
            "desiredCount": 2,
            "loadBalancers": [
                {"targetGroupArn": self.group(), "containerName": "app", "containerPort": 8080}
            ],
            "tags": TAGS,
        }


@pytest.fixture
def account(aws: None) -> Account:
    return Account()


def test_a_target_group_is_made_once_and_gone_when_deleted_twice(account: Account) -> None:
    arn = account.group()

    assert account.group() == arn
    found = account.elbv2.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
    assert account.groups["blue"]["Attributes"][0] in found
    for _ in range(2):
        account.kinds[Kind.TARGET_GROUP].delete(arn)
    with pytest.raises(account.elbv2.exceptions.TargetGroupNotFoundException):
        account.elbv2.describe_target_groups(TargetGroupArns=[arn])


def test_another_s_target_group_of_that_name_is_not_taken(account: Account) -> None:
    account.group()

    with pytest.raises(account.elbv2.exceptions.DuplicateTargetGroupNameException):
        account.kinds[Kind.TARGET_GROUP].make({**account.groups["blue"], "Port": 9090}, "shop-blue")


def test_a_rule_is_made_once_and_gone_when_deleted_twice(account: Account) -> None:
    wanted, rules = account.rule(), account.kinds[Kind.LISTENER_RULE]
    arn = rules.make(wanted, "shop")

    assert rules.make(wanted, "shop") == arn
    for _ in range(2):
        rules.delete(arn)


def test_a_priority_that_another_rule_has_is_refused(account: Account) -> None:
    wanted = account.rule()
    other = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    account.elbv2.create_rule(
        **{n: v for n, v in wanted.items() if n != "tags"} | {"Actions": [other]}
    )

    with pytest.raises(account.elbv2.exceptions.PriorityInUseException):
        account.kinds[Kind.LISTENER_RULE].make(wanted, "shop")


def test_an_edit_of_a_rule_changes_who_comes_and_leaves_the_weights(account: Account) -> None:
    before, rules = account.rule(), account.kinds[Kind.LISTENER_RULE]
    arn = rules.make(before, "shop")
    groups = before["Actions"][0]["ForwardConfig"]["TargetGroups"]
    moved = [{**groups[0], "Weight": 10}, {**groups[1], "Weight": 90}]
    account.elbv2.modify_rule(
        RuleArn=arn, Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": moved}}]
    )
    paths = [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/shop/*"]}}]

    rules.change(arn, {**before, "Conditions": paths, "Priority": 7})

    [rule] = account.elbv2.describe_rules(RuleArns=[arn])["Rules"]
    assert rule["Priority"] in (7, "7")
    assert rule["Conditions"][0]["PathPatternConfig"]["Values"] == ["/shop/*"]
    found = rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
    assert [group["Weight"] for group in found] == [10, 90]


def test_a_fleet_s_first_tasks_run_the_template_under_the_first_version(account: Account) -> None:
    wanted, fleets = account.fleet(), account.kinds[Kind.FLEET]
    arn = fleets.make(wanted, "shop-blue")

    assert fleets.make(wanted, "shop-blue") == arn
    [service] = account.ecs.describe_services(cluster="shop", services=[arn])["services"]
    assert service["desiredCount"] == 2
    found = account.ecs.describe_task_definition(taskDefinition=service["taskDefinition"])
    definition = found["taskDefinition"]
    assert (definition["family"], definition["revision"]) == ("viridian-shop", 1)
    [container] = definition["containerDefinitions"]
    assert container["image"] == "shop@sha256:1"
    assert container["environment"] == [{"name": "RELEASE_VERSION", "value": "1.0.0"}]


def test_both_fleets_share_the_first_definition(account: Account) -> None:
    fleets = account.kinds[Kind.FLEET]
    fleets.make(account.fleet(), "shop-blue")
    fleets.make(account.fleet(), "shop-green")

    made = account.ecs.list_task_definitions(familyPrefix="viridian-shop")["taskDefinitionArns"]
    assert len(made) == 1


def test_a_fleet_that_is_deleted_twice_is_gone(account: Account) -> None:
    fleets = account.kinds[Kind.FLEET]
    arn = fleets.make(account.fleet(), "shop-blue")

    for _ in range(2):
        fleets.delete(arn)

    found = account.ecs.describe_services(cluster="shop", services=[arn])["services"]
    assert [service["status"] for service in found] in ([], ["INACTIVE"])


def test_a_fleet_that_may_not_be_deleted_is_none_that_is_gone() -> None:
    ecs = client("ecs")
    with Stubber(ecs) as stub:
        stub.add_client_error("delete_service", "AccessDeniedException")
        with pytest.raises(ClientError, match="AccessDenied"):
            Fleets(ecs, EcsFleets(ecs, lambda: None)).delete(BLUE_FLEET)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (Kind.TARGET_GROUP, "Port", 9090),
        (Kind.TARGET_GROUP, "VpcId", "vpc-2"),
        (Kind.LISTENER_RULE, "ListenerArn", "arn:other"),
        (Kind.FLEET, "cluster", "arn:other"),
        (Kind.FLEET, "loadBalancers", []),
    ],
)
def test_what_stays_for_life_is_refused_by_its_name_and_the_refusal_can_be_rolled_back(
    account: Account, kind: Kind, name: str, value: Any
) -> None:
    before, owned = account.wanted(kind), account.kinds[kind]
    arn, edited = owned.make(before, "shop-blue"), {**before, name: value}

    with pytest.raises(RequestInvalid, match=f"^{name}: is .* for the {kind}'s life\nmake a"):
        owned.change(arn, edited)
    owned.change(arn, before)


@pytest.mark.parametrize(
    ("kind", "edit"),
    [
        (Kind.TARGET_GROUP, {"HealthCheckPath": "/ready"}),
        (Kind.LISTENER_RULE, {"Actions": []}),
        (Kind.FLEET, {"desiredCount": 0, "template": "arn:other", "version": "2.0.0"}),
    ],
)
def test_what_live_stands_on_is_not_written_by_an_edit(
    account: Account, kind: Kind, edit: dict[str, Any]
) -> None:
    before, owned = account.wanted(kind), account.kinds[kind]
    arn = owned.make(before, "shop-blue")
    found = account.found(kind, arn)

    owned.change(arn, {**before, **edit})

    assert account.found(kind, arn) == found


@pytest.mark.parametrize("kind", [Kind.TARGET_GROUP, Kind.LISTENER_RULE, Kind.FLEET])
def test_it_has_the_tags_that_are_wanted_and_keeps_those_of_others(
    account: Account, kind: Kind
) -> None:
    owned = account.kinds[kind]
    arn = owned.make(account.wanted(kind), "shop-blue")
    assert account.tags(kind, arn) == TAGS
    owned.tag(arn, {"by hand": "yes"}, [])

    for _ in range(2):
        owned.tag(arn, {"viridian:managed": "true", "stage": "b"}, ["team"])

    wanted = {"viridian:managed": "true", "stage": "b", "by hand": "yes"}
    assert account.tags(kind, arn) == wanted


def test_a_name_fits_a_target_group_and_is_the_same_again_for_the_same_resource() -> None:
    name = name_of("a" * 40, "stack", "Blue")

    assert len(name) == 32
    assert name == name_of("a" * 40, "stack", "Blue")
    assert name not in (name_of("a" * 40, "stack", "Green"), name_of("a" * 40, "other", "Blue"))
