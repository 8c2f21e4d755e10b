"""ECS as far as crashes are concerned: one service whose tasks stop when a test says so."""

from typing import Any

CLUSTER, SERVICE = "rehearsal", "shop"


class FakeEcs:
    """What ECS would answer for one service."""

    def __init__(self) -> None:
        self.rollout = "IN_PROGRESS"
        self.stopped: list[dict[str, Any]] = []

    def stop(
        self, name: str, code: str = "EssentialContainerExited", status: str = "STOPPED"
    ) -> None:
        """One more task is on its way out or gone; each later than the one before."""
        self.stopped.append(
            {
                "taskArn": f"arn:aws:ecs:us-east-1:000000000000:task/{CLUSTER}/{name}{'0' * 24}",
                "group": f"service:{SERVICE}",
                "lastStatus": status,
                "stopCode": code,
                "stoppedReason": "Essential container in task exited",
                "stoppedAt": len(self.stopped),
                "containers": [{"name": "app", "exitCode": 3}],
            }
        )

    def list_tasks(self, **asked: str) -> dict[str, Any]:
        assert asked == {"cluster": CLUSTER, "serviceName": SERVICE, "desiredStatus": "STOPPED"}
        return {"taskArns": [task["taskArn"] for task in reversed(self.stopped)]}

    def describe_tasks(self, *, tasks: list[str], cluster: str) -> dict[str, Any]:
        return {"tasks": [task for task in reversed(self.stopped) if task["taskArn"] in tasks]}

    def describe_services(self, **_: object) -> dict[str, Any]:
        deployment = {"rolloutState": self.rollout}
        return {"services": [{"serviceName": SERVICE, "deployments": [deployment]}]}
