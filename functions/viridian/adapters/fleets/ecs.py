"""ECS services as fleets: a revision is a task definition, a target is a task."""

from dataclasses import dataclass
from typing import Any

from boto3.session import Session

from viridian.adapters.clients import client
from viridian.adapters.fleets.task_definition import TaskDefinition, is_same, task_definition_of
from viridian.core.errors import FleetMissing
from viridian.core.fleet import Observation
from viridian.core.release.release import Release
from viridian.core.service.registration import Fleet


@dataclass(frozen=True)
class EcsFleets:
    """ECS services by ARN."""

    ecs: Any

    @classmethod
    def from_session(cls, session: Session | None = None) -> "EcsFleets":
        """Fleets, with a client of their own."""
        return cls(client("ecs", session))

    def observe(self, fleet: Fleet) -> Observation:
        """What the service was last asked to run, and how far it is. One call."""
        service = self._service(fleet)
        primary = next(d for d in service["deployments"] if d["status"] == "PRIMARY")
        return Observation(
            revision=primary["taskDefinition"],
            rollouts=len(service["deployments"]),
            running=service["runningCount"],
            desired=service["desiredCount"],
            failed=primary.get("failedTasks", 0),
        )

    def prepare(self, candidate: Fleet, release: Release, *, like: Fleet, size: int) -> str:
        """Have the candidate run the release on `size` tasks; return the task definition's ARN.

        Asked again it finds its own definition and changes nothing.
        """
        live = self._definition(self._service(like)["taskDefinition"])
        current = self._definition(self._service(candidate)["taskDefinition"])
        wanted = task_definition_of(release, live, current["family"])
        arn = current["taskDefinitionArn"] if is_same(current, wanted) else self._register(wanted)
        self.ecs.update_service(**_place(candidate), taskDefinition=arn, desiredCount=size)
        return str(arn)

    def retire(self, fleet: Fleet, *, resting_count: int) -> None:
        """Set the number of tasks to what rests."""
        self.ecs.update_service(**_place(fleet), desiredCount=resting_count)

    def _service(self, fleet: Fleet) -> dict[str, Any]:
        place = _place(fleet)
        answer = self.ecs.describe_services(cluster=place["cluster"], services=[place["service"]])
        found = [s for s in answer["services"] if s["status"] == "ACTIVE"]
        if not found:
            raise FleetMissing(f"{fleet.arn}: no active ECS service; deploy its stack")
        return dict(found[0])

    def _definition(self, arn: str) -> TaskDefinition:
        answer = self.ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"])
        tags = [tag for tag in answer.get("tags", []) if not tag["key"].startswith("aws:")]
        return {**answer["taskDefinition"], **({"tags": tags} if tags else {})}

    def _register(self, definition: TaskDefinition) -> Any:
        answer = self.ecs.register_task_definition(**definition)
        return answer["taskDefinition"]["taskDefinitionArn"]


def _place(fleet: Fleet) -> dict[str, str]:
    """The service as ECS's calls name it; its ARN ends with service/<cluster>/<name>."""
    return {"cluster": fleet.arn.split("/")[-2], "service": fleet.arn}
