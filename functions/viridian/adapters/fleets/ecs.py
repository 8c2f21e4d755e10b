"""ECS services as fleets: a revision is a task definition, a target is a task."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError

from viridian.adapters.clients import client
from viridian.adapters.fleets.stopped_tasks import StoppedTasks
from viridian.adapters.fleets.task_definition import TaskDefinition, is_same, task_definition_of
from viridian.core.errors import FleetMissing, NotKnown
from viridian.core.facts import Told
from viridian.core.fleet import Blueprint, Observation, TaskSize
from viridian.core.release.release import Release
from viridian.core.service.registration import Fleet, Network

UNITS_OF_A_VCPU, MIB_OF_A_GB = 1024, 1024


@dataclass(frozen=True)
class EcsFleets:
    """ECS services by ARN. `logs` makes a client of CloudWatch Logs: few who know fleets need one,
    and each makes a cold start longer.
    """

    ecs: Any
    logs: Callable[[], Any]

    @classmethod
    def from_session(cls, session: Session | None = None) -> "EcsFleets":
        """Fleets, with clients of their own."""
        return cls(client("ecs", session), partial(client, "logs", session))

    def observe(self, fleet: Fleet) -> Observation:
        """What the service was last asked to run, and how far it is. One call."""
        service = self._service(fleet)
        primary = _primary(service)
        return Observation(
            revision=primary["taskDefinition"],
            rollouts=len(service["deployments"]),
            running=service["runningCount"],
            desired=service["desiredCount"],
            failed=primary.get("failedTasks", 0),
            told=_told(service),
        )

    def platform(self, blueprint: Blueprint) -> str:
        """What the definition says, or what ECS takes without: Linux on x86. One call."""
        runs = self._of(blueprint).get("runtimePlatform", {})
        system = str(runs.get("operatingSystemFamily", "LINUX"))
        is_arm = runs.get("cpuArchitecture") == "ARM64"
        name = "windows" if system.startswith("WINDOWS") else system.lower()
        return f"{name}/{'arm64' if is_arm else 'amd64'}"

    def task_size(self, fleet: Fleet, release: Release, blueprint: Blueprint) -> TaskSize:
        """Of a task of Fargate on demand; of capacity providers nobody knows which. Two calls."""
        if self._service(fleet).get("launchType") != "FARGATE":
            raise NotKnown(f"{fleet.arn} does not run on Fargate on demand alone")
        if release.cpu and release.memory:
            cpu, memory = release.cpu, release.memory
        else:
            template = self._of(blueprint)
            cpu, memory = int(template["cpu"]), int(template["memory"])
        return TaskSize(cpu / UNITS_OF_A_VCPU, memory / MIB_OF_A_GB)

    def prepare(
        self, candidate: Fleet, release: Release, blueprint: Blueprint, *, size: int, grace: int
    ) -> str:
        """Have the candidate run the release on `size` tasks; return the task definition's ARN.

        Asked again it finds its own definition and changes nothing; what crashed before is started
        anew, since ECS would go on with its count of failures and its pauses.
        """
        service = self._service(candidate)
        arn = blueprint.revision or self.register(
            release, blueprint.template, _family(service["taskDefinition"])
        )
        self.ecs.update_service(
            **_place(candidate),
            taskDefinition=arn,
            desiredCount=size,
            healthCheckGracePeriodSeconds=grace,
            forceNewDeployment=_primary(service).get("failedTasks", 0) > 0,
            **_moved(service, candidate.network),
        )
        return arn

    def register(self, release: Release, template: str, family: str) -> str:
        """The family's newest definition if it is the release on the template, else a new one."""
        wanted = task_definition_of(release, self._definition(template), family)
        try:
            newest = self._definition(family)
        except self.ecs.exceptions.ClientException:  # there is none
            newest = None
        if newest is not None and is_same(newest, wanted):
            return str(newest["taskDefinitionArn"])
        answer = self.ecs.register_task_definition(**wanted)
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def troubles(self, fleet: Fleet) -> tuple[str, ...]:
        """What ended the newest tasks of the newest deployment. At most five calls."""
        try:
            deployment = _primary(self._service(fleet))["id"]
            return StoppedTasks(self.ecs, self.logs()).of(fleet, deployment)
        except (BotoCoreError, ClientError, FleetMissing) as error:
            return (f"what ended its tasks could not be read: {error}",)

    def resize(self, fleet: Fleet, size: int, *, revision: str | None = None) -> None:
        """Set the number of tasks, and what they run."""
        runs = {"taskDefinition": revision} if revision else {}
        self.ecs.update_service(**_place(fleet), desiredCount=size, **runs)

    def _service(self, fleet: Fleet) -> dict[str, Any]:
        place = _place(fleet)
        answer = self.ecs.describe_services(cluster=place["cluster"], services=[place["service"]])
        found = [s for s in answer["services"] if s["status"] == "ACTIVE"]
        if not found:
            raise FleetMissing(f"{fleet.arn}: no active ECS service; deploy its stack")
        return dict(found[0])

    def _of(self, blueprint: Blueprint) -> TaskDefinition:
        return self._definition(blueprint.revision or blueprint.template)

    def _definition(self, arn: str) -> TaskDefinition:
        answer = self.ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"])
        tags = [tag for tag in answer.get("tags", []) if not tag["key"].startswith("aws:")]
        return {**answer["taskDefinition"], **({"tags": tags} if tags else {})}


def _primary(service: dict[str, Any]) -> dict[str, Any]:
    """The deployment that the service is brought to."""
    return next(d for d in service["deployments"] if d["status"] == "PRIMARY")


def _told(service: dict[str, Any]) -> Told:
    """How and where it runs as it was asked to: LATEST stays so when AWS has a newer platform."""
    network = service.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    providers = service.get("capacityProviderStrategy", [])
    return {
        "network": {name: _text(value) for name, value in network.items()},
        "platform_version": _members(service, "platformVersion"),
        "launch_type": {
            **_members(service, "launchType"),
            "capacityProviderStrategy": json.dumps(
                sorted(providers, key=lambda each: str(each["capacityProvider"])), sort_keys=True
            ),
        },
    }


def _members(service: dict[str, Any], name: str) -> dict[str, str]:
    return {name: str(service[name])} if name in service else {}


def _text(value: str | list[str]) -> str:
    """ECS tells the same subnets in any order."""
    return value if isinstance(value, str) else ", ".join(sorted(value))


def _moved(service: dict[str, Any], network: Network) -> dict[str, Any]:
    """The argument that brings it to another network; none where it is."""
    wanted = {
        "subnets": sorted(network.subnets),
        "securityGroups": sorted(network.security_groups),
        "assignPublicIp": network.assign_public_ip,
    }
    found = service.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    is_there = all(
        sorted(found.get(n, [])) == value if isinstance(value, list) else found.get(n) == value
        for n, value in wanted.items()
    )
    return {} if is_there else {"networkConfiguration": {"awsvpcConfiguration": wanted}}


def _family(arn: str) -> str:
    """Of a task definition, whose ARN ends with /<family>:<revision>."""
    return arn.rpartition("/")[2].partition(":")[0]


def _place(fleet: Fleet) -> dict[str, str]:
    """The service as ECS's calls name it; its ARN ends with service/<cluster>/<name>."""
    return {"cluster": fleet.arn.split("/")[-2], "service": fleet.arn}
