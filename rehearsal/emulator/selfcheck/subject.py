"""What the checks are made on, and how they ask."""

import functools
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3

from rehearsal.ports import free_port

NAME = "selfcheck"
DEADLINE_SECONDS = 5


class Subject:
    """Clients of the endpoint, and a load balancer with one weighted rule."""

    def __init__(self) -> None:
        self.client: Callable[[str], Any] = functools.cache(boto3.client)
        elbv2 = self.client("elbv2")
        self.port = free_port()
        balancer = elbv2.create_load_balancer(Name=NAME, Subnets=["subnet-1"])["LoadBalancers"][0]
        self.dns_name = balancer["DNSName"]
        self.groups = [self._group("blue"), self._group("green")]
        listener = elbv2.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Port=self.port,
            Protocol="HTTP",
            DefaultActions=[
                {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
            ],
        )["Listeners"][0]
        self.rule = elbv2.create_rule(
            ListenerArn=listener["ListenerArn"],
            Priority=1,
            Conditions=[{"Field": "path-pattern", "Values": ["/app*"]}],
            Actions=[self.forward(90, 10)],
        )["Rules"][0]["RuleArn"]

    def forward(self, *weights: int) -> dict[str, Any]:
        pairs = zip(self.groups, weights, strict=True)
        groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in pairs]
        return {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}

    def weights(self) -> list[int]:
        rule = self.client("elbv2").describe_rules(RuleArns=[self.rule])["Rules"][0]
        return [g["Weight"] for g in rule["Actions"][0]["ForwardConfig"]["TargetGroups"]]

    def _group(self, name: str) -> str:
        groups = self.client("elbv2").create_target_group(
            Name=f"{NAME}-{name}", Protocol="HTTP", Port=80, TargetType="ip"
        )["TargetGroups"]
        arn: str = groups[0]["TargetGroupArn"]
        return arn


def status_of(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def eventually(ask: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing after {DEADLINE_SECONDS} s")
        time.sleep(0.005)
    return answer


def expect(found: Any, wanted: Any) -> None:
    if found != wanted:
        raise AssertionError(f"wanted {wanted!r}, found {found!r}")
