"""What AWS and the clients say after a scenario: nothing here asks Viridian."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from rehearsal.faults.world import World
from rehearsal.traffic.answers import Answer
from viridian.core.lease import lease_key
from viridian_cli.deployment import COLOURS, ENTERED, split

Item = dict[str, Any]


@dataclass(frozen=True)
class Execution:
    """One execution; `visits` are its states with the Unix time at which each was entered."""

    machine: str
    name: str
    status: str
    error: str
    cause: str
    visits: tuple[tuple[str, float], ...]

    @property
    def ending(self) -> str:
        """Its last state if it has come to one, otherwise its status."""
        if self.status == "SUCCEEDED":
            return self.visits[-1][0]
        return self.error if self.status == "FAILED" else self.status


@dataclass(frozen=True)
class Fleet:
    """One side: its weight in the rule, its healthy targets, its wanted tasks; how many of them
    auto scaling leaves it at least, and whether it may shrink and grow above that.
    """

    weight: int
    healthy: int
    desired: int
    least: int
    is_free: bool


@dataclass(frozen=True)
class Facts:
    """All that is seen when everything is quiet.

    `moved_in` is the state in which a person moved the traffic; `is_bad` is a release that answers
    clients with 500, `is_unhurt` says that nothing happened for which a good one is turned back.
    """

    former_version: str
    former_colour: str
    candidate_versions: tuple[str, ...]
    sides: Mapping[str, Fleet]
    lease: Item
    production: Item
    records: Mapping[str, Item]
    executions: tuple[Execution, ...]
    pages: tuple[str, ...]
    answers: tuple[Answer, ...]
    killed_at: float | None = None
    moved_in: str | None = None
    is_bad: bool = False
    is_unhurt: bool = False

    @property
    def serving(self) -> list[str]:
        """Colours with any weight."""
        return [colour for colour, fleet in self.sides.items() if fleet.weight]


class Reader:
    """Reads the facts of services of one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def sides(self, service: str) -> dict[str, Fleet]:
        """Both of them."""
        registration = self._world.registrations[service]
        weights = split(self._world.client("elbv2"), registration)
        return {colour: self._fleet(registration[colour], weights[colour]) for colour in COLOURS}

    def _fleet(self, side: Mapping[str, Any], weight: int) -> Fleet:
        cluster, name = side["fleet"]["arn"].split("/")[-2:]
        ecs, elbv2 = self._world.client("ecs"), self._world.client("elbv2")
        [found] = ecs.describe_services(cluster=cluster, services=[name])["services"]
        [target] = self._world.client("application-autoscaling").describe_scalable_targets(
            ServiceNamespace="ecs", ResourceIds=[found["serviceArn"].rpartition(":")[2]]
        )["ScalableTargets"]
        return Fleet(
            weight,
            healthy=len(list(healthy_ports(elbv2, side))),
            desired=found["desiredCount"],
            least=target["MinCapacity"],
            is_free=not any(target["SuspendedState"].values()),
        )

    def lease(self, service: str) -> Item:
        """Its item, {} when there is none."""
        key = {name: {"S": value} for name, value in lease_key(service).items()}
        return self._item(key)

    def production(self, service: str) -> Item:
        """What is recorded as live."""
        return self._item({"pk": {"S": f"SERVICE#{service}"}, "sk": {"S": "PRODUCTION"}})

    def record(self, service: str, deployment: str) -> Item:
        """What is recorded of a deployment."""
        key = {"pk": {"S": f"SERVICE#{service}"}, "sk": {"S": f"DEPLOYMENT#{deployment}"}}
        return self._item(key)

    def _item(self, key: dict[str, Any]) -> Item:
        answer = self._world.client("dynamodb").get_item(
            TableName=self._world.account.table, Key=key, ConsistentRead=True
        )
        read = TypeDeserializer().deserialize
        return {name: read(value) for name, value in answer.get("Item", {}).items()}

    def executions(self, names: tuple[str, ...]) -> Iterator[Execution]:
        """Those of these deployments, in both machines, and what was started for them."""
        states = self._world.client("stepfunctions")
        for machine, arn in self._world.account.machines.items():
            for page in states.get_paginator("list_executions").paginate(stateMachineArn=arn):
                for found in page["executions"]:
                    if found["name"].startswith(names):
                        yield self._execution(machine, found["executionArn"])

    def _execution(self, machine: str, arn: str) -> Execution:
        states = self._world.client("stepfunctions")
        found = states.describe_execution(executionArn=arn)
        history = states.get_paginator("get_execution_history").paginate(executionArn=arn)
        visits = tuple(
            (event[ENTERED]["name"], event["timestamp"].timestamp())
            for page in history
            for event in page["events"]
            if ENTERED in event
        )
        error, cause = found.get("error") or "", found.get("cause") or ""
        return Execution(machine, found["name"], found["status"], error, cause, visits)


def healthy_ports(elbv2: Any, side: Mapping[str, Any]) -> Iterator[int]:
    """Ports of the side's healthy targets."""
    answer = elbv2.describe_target_health(TargetGroupArn=side["target_group_arn"])
    for target in answer["TargetHealthDescriptions"]:
        if target["TargetHealth"]["State"] == "healthy":
            yield target["Target"]["Port"]


def message_of(body: str) -> str:
    """What operators are told: subject and message of what the topic sent to the queue."""
    told = json.loads(body)
    return f"{told.get('Subject', '')}: {told['Message']}"
