"""What the checks are made on: a load balancer, a role, and names nobody else has."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import boto3

from emulator import environment
from emulator.ports import free_port

NAME = "selfcheck"
PATH = "/own/"
ROLE = f"arn:aws:iam::{environment.ACCOUNT}:role{PATH}{NAME}"
NOT_FOUND = 410
SERVED = "/_ministack/health"  # the emulator itself is the target that is healthy


class Subject:
    """Clients of the endpoint, and a load balancer with one weighted rule on `/app*`.

    `once` makes what several checks share when the first of them asks for it.
    """

    def __init__(self) -> None:
        self.client: Callable[[str], Any] = functools.cache(boto3.client)
        self.once: Callable[[Callable[[Subject], Any]], Any] = functools.cache(
            lambda make: make(self)
        )
        self._elbv2 = self.client("elbv2")
        self.port = free_port()
        balancers = self._elbv2.create_load_balancer(Name=NAME, Subnets=["subnet-1"])
        self.balancer: dict[str, Any] = balancers["LoadBalancers"][0]
        self.groups = [self.group("blue"), self.group("green")]
        listeners = self._elbv2.create_listener(
            LoadBalancerArn=self.balancer["LoadBalancerArn"],
            Port=self.port,
            Protocol="HTTP",
            DefaultActions=[fixed(NOT_FOUND)],
        )
        self.listener: str = listeners["Listeners"][0]["ListenerArn"]
        self.rule = self.route("/app*", 1, self.forward(90, 10))

    def group(self, name: str) -> str:
        groups = self._elbv2.create_target_group(
            Name=f"{NAME}-{name}",
            Protocol="HTTP",
            Port=80,
            TargetType="ip",
            HealthCheckPath=SERVED,
        )["TargetGroups"]
        arn: str = groups[0]["TargetGroupArn"]
        return arn

    def route(self, path: str, priority: int, action: dict[str, Any]) -> str:
        rules = self._elbv2.create_rule(
            ListenerArn=self.listener,
            Priority=priority,
            Conditions=[{"Field": "path-pattern", "Values": [path]}],
            Actions=[action],
        )["Rules"]
        arn: str = rules[0]["RuleArn"]
        return arn

    def forward(self, *weights: int) -> dict[str, Any]:
        pairs = zip(self.groups, weights, strict=True)
        groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in pairs]
        return {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}

    def action_of(self, rule: str) -> dict[str, Any]:
        found = self._elbv2.describe_rules(RuleArns=[rule])["Rules"][0]
        action: dict[str, Any] = found["Actions"][0]
        return action


Check = Callable[[Subject], Iterator[None] | None]


def fixed(status: int) -> dict[str, Any]:
    return {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": str(status)}}


def only(group: str) -> dict[str, Any]:
    return {"Type": "forward", "TargetGroupArn": group}


def weights_of(action: dict[str, Any]) -> list[int]:
    return [group["Weight"] for group in action["ForwardConfig"]["TargetGroups"]]
