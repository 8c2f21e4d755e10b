"""ECS services as fleets: size, release, rollout."""

from dataclasses import dataclass
from typing import Any

from viridian.adapters.clients import client
from viridian.adapters.fleets.task_definition import TaskDefinition, is_same, task_definition_of
from viridian.core.errors import PreflightFailed
from viridian.core.evidence.rollout import Rollout
from viridian.core.release.release import Release
from viridian.core.service.registration import Fleet


@dataclass(frozen=True)
class EcsFleets:
    """ECS services, by cluster and service ARN."""

    ecs: Any

    @classmethod
    def from_session(cls) -> "EcsFleets":
        """Fleets, with a client of their own."""
        return cls(client("ecs"))

    def size(self, fleet: Fleet) -> int:
        """The number of tasks the service is asked to run."""
        return int(self._service(fleet)["desiredCount"])

    def rollout(self, fleet: Fleet) -> Rollout:
        """How far the service is with what it was last asked to run."""
        service = self._service(fleet)
        primary = next(d for d in service["deployments"] if d["status"] == "PRIMARY")
        return Rollout(
            task_definition_arn=primary["taskDefinition"],
            deployments=len(service["deployments"]),
            running=service["runningCount"],
            desired=service["desiredCount"],
            failed=primary.get("failedTasks", 0),
        )

    def bring(self, candidate: Fleet, release: Release, *, like: Fleet, size: int) -> str:
        """Have the candidate run the release on `size` tasks; return the task definition's ARN.

        Asked again it finds its own definition and changes nothing.
        """
        live = self._definition(self._service(like)["taskDefinition"])
        current = self._definition(self._service(candidate)["taskDefinition"])
        wanted = task_definition_of(release, live, current["family"])
        arn = current["taskDefinitionArn"] if is_same(current, wanted) else self._register(wanted)
        self.ecs.update_service(
            cluster=candidate.cluster,
            service=candidate.service,
            taskDefinition=arn,
            desiredCount=size,
        )
        return str(arn)

    def resize(self, fleet: Fleet, size: int) -> None:
        """Set the number of tasks."""
        self.ecs.update_service(cluster=fleet.cluster, service=fleet.service, desiredCount=size)

    def _service(self, fleet: Fleet) -> dict[str, Any]:
        answer = self.ecs.describe_services(cluster=fleet.cluster, services=[fleet.service])
        found = [s for s in answer["services"] if s["status"] == "ACTIVE"]
        if not found:
            raise PreflightFailed(f"{fleet.service}: no active ECS service; deploy its stack")
        return dict(found[0])

    def _definition(self, arn: str) -> TaskDefinition:
        answer = self.ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"])
        tags = [tag for tag in answer.get("tags", []) if not tag["key"].startswith("aws:")]
        return {**answer["taskDefinition"], **({"tags": tags} if tags else {})}

    def _register(self, definition: TaskDefinition) -> Any:
        answer = self.ecs.register_task_definition(**definition)
        return answer["taskDefinition"]["taskDefinitionArn"]
