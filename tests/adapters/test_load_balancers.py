"""Rules: weights written, all else kept, read back; groups: healthy or not. So does the fake."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tests.core.shop import BLUE, GREEN, RULE, forward, settings
from tests.fakes import FakeLoadBalancers
from viridian.adapters.clients import client
from viridian.adapters.load_balancers import LoadBalancers
from viridian.core.evidence.health import Health
from viridian.core.split import Split, weights_in

STICKY = {"Enabled": True, "DurationSeconds": 60}
COGNITO: dict[str, Any] = {
    "Type": "authenticate-cognito",
    "Order": 1,
    "AuthenticateCognitoConfig": {
        "UserPoolArn": "arn:aws:cognito-idp:us-east-1:123456789012:userpool/pool",
        "UserPoolClientId": "client",
        "UserPoolDomain": "shop",
    },
}


class AwsStand:
    """A load balancer with one rule over two target groups of two targets each."""

    def __init__(self) -> None:
        self.elbv2 = boto3.client("elbv2")
        ec2 = boto3.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=zone)
            for n, zone in enumerate(("us-east-1a", "us-east-1b"))
        ]
        balancer = self.elbv2.create_load_balancer(
            Name="shop", Subnets=[s["Subnet"]["SubnetId"] for s in subnets]
        )["LoadBalancers"][0]["LoadBalancerArn"]
        self.blue, self.green = (self._group(f"shop-{c}", vpc) for c in ("blue", "green"))
        listener = self.elbv2.create_listener(
            LoadBalancerArn=balancer,
            Protocol="HTTPS",
            Port=443,
            DefaultActions=[
                {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
            ],
        )["Listeners"][0]["ListenerArn"]
        self.rule = self.elbv2.create_rule(
            ListenerArn=listener,
            Priority=1,
            Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
            Actions=self._actions(),
        )["Rules"][0]["RuleArn"]
        self.balancers = LoadBalancers(self.elbv2)

    def register(self, arn: str, count: int) -> None:
        targets = [{"Id": f"10.0.0.{n + 10}", "Port": 80} for n in range(count)]
        self.elbv2.register_targets(TargetGroupArn=arn, Targets=targets)

    def _group(self, name: str, vpc: str) -> str:
        group = self.elbv2.create_target_group(
            Name=name, Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip"
        )
        return str(group["TargetGroups"][0]["TargetGroupArn"])

    def _actions(self) -> list[dict[str, Any]]:
        groups = [
            {"TargetGroupArn": self.blue, "Weight": 100},
            {"TargetGroupArn": self.green, "Weight": 0},
        ]
        config = {"TargetGroups": groups, "TargetGroupStickinessConfig": STICKY}
        return [COGNITO, {"Type": "forward", "Order": 2, "ForwardConfig": config}]


class FakeStand:
    """The same rule, in memory."""

    def __init__(self) -> None:
        self.blue, self.green, self.rule = BLUE, GREEN, RULE
        second = {**forward(100, 0, TargetGroupStickinessConfig=STICKY)[0], "Order": 2}
        self.balancers = FakeLoadBalancers({RULE: [COGNITO, second]}, {BLUE: [], GREEN: []})

    def register(self, arn: str, count: int) -> None:
        self.balancers.states[arn] = ["healthy"] * count


Stand = AwsStand | FakeStand


@pytest.fixture(params=[AwsStand, FakeStand], ids=["aws", "fake"])
def stand(request: pytest.FixtureRequest, aws: None) -> Stand:
    made: Stand = request.param()
    return made


@pytest.mark.parametrize("percent", [0, 10, 100])
def test_the_weights_are_written(stand: Stand, percent: int) -> None:
    Split(stand.blue, stand.green, percent).put_into(stand.balancers.rule(stand.rule))

    weights = weights_in(stand.balancers.rule(stand.rule).actions())
    assert weights == {stand.blue: 100 - percent, stand.green: percent}


def test_stickiness_order_and_other_actions_are_kept(stand: Stand) -> None:
    Split(stand.blue, stand.green, 10).put_into(stand.balancers.rule(stand.rule))

    first, second = stand.balancers.rule(stand.rule).actions()
    assert (
        first["AuthenticateCognitoConfig"].items() >= COGNITO["AuthenticateCognitoConfig"].items()
    )
    assert second["ForwardConfig"]["TargetGroupStickinessConfig"] == STICKY
    assert (first["Order"], second["Order"]) == (1, 2)


def test_what_is_read_is_a_copy(stand: Stand) -> None:
    stand.balancers.rule(stand.rule).actions().clear()

    assert stand.balancers.rule(stand.rule).actions()


def test_the_health_of_a_group_is_counted(stand: Stand) -> None:
    stand.register(stand.green, 2)

    assert stand.balancers.health(stand.green, wanted=2).is_enough
    assert not stand.balancers.health(stand.green, wanted=3).is_enough
    assert not stand.balancers.health(stand.blue, wanted=0).is_enough


def test_a_group_is_checked_and_drained_as_the_service_asks_now(aws: None) -> None:
    stand = AwsStand()
    for _ in range(2):
        stand.balancers.arrange(stand.green, settings())

    [green, blue] = [
        stand.elbv2.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0]
        for arn in (stand.green, stand.blue)
    ]
    assert (green["HealthCheckPath"], blue["HealthCheckPath"]) == ("/health", "/")
    told = stand.elbv2.describe_target_group_attributes(TargetGroupArn=stand.green)
    assert {"Key": "deregistration_delay.timeout_seconds", "Value": "5"} in told["Attributes"]


def test_a_group_is_told_of_as_it_was_arranged(aws: None) -> None:
    stand = AwsStand()
    stand.balancers.arrange(stand.green, settings())

    green, blue = (stand.balancers.told(arn) for arn in (stand.green, stand.blue))
    assert green["health_check"]["HealthCheckPath"] == "/health"
    assert green["attributes"]["deregistration_delay.timeout_seconds"] == "5"
    assert blue["health_check"].keys() >= {
        *("HealthCheckIntervalSeconds", "HealthCheckPort", "HealthCheckProtocol", "Matcher"),
        *("HealthCheckTimeoutSeconds", "HealthyThresholdCount", "UnhealthyThresholdCount"),
    }
    fake = FakeLoadBalancers({}, {GREEN: []}).told(GREEN)
    assert {name: told.keys() - green[name].keys() for name, told in fake.items()} == {
        "health_check": set(),
        "attributes": set(),
    }


@pytest.mark.parametrize("states", [["healthy", "initial", "draining", "unused"], [], ["draining"]])
def test_every_state_is_counted_but_draining(states: list[str]) -> None:
    elbv2 = client("elbv2")
    described = [
        {"Target": {"Id": f"10.0.0.{n}"}, "TargetHealth": {"State": state}}
        for n, state in enumerate(states)
    ]
    with Stubber(elbv2) as stub:
        answer = {"TargetHealthDescriptions": described}
        stub.add_response("describe_target_health", answer, {"TargetGroupArn": GREEN})
        health = LoadBalancers(elbv2).health(GREEN, 2)

    assert health == Health.of(GREEN, states, 2)
    assert health == FakeLoadBalancers({}, {GREEN: states}).health(GREEN, 2)


def test_a_write_names_neither_conditions_nor_transforms_so_that_aws_keeps_them() -> None:
    elbv2 = client("elbv2")
    actions = forward(90, 10)
    with Stubber(elbv2) as stub:
        stub.add_response("describe_rules", {"Rules": [{"Actions": forward(100, 0)}]})
        stub.add_response(
            "modify_rule",
            {"Rules": [{"Actions": actions}]},
            expected_params={"RuleArn": RULE, "Actions": actions},
        )
        stub.add_response("describe_rules", {"Rules": [{"Actions": actions}]})
        Split(BLUE, GREEN, 10).put_into(LoadBalancers(elbv2).rule(RULE))
        stub.assert_no_pending_responses()
