"""ECS as far as crashes are concerned: one service whose tasks stop when a test says so."""

CLUSTER, SERVICE = "rehearsal", "shop"


class FakeEcs:
    """What ECS would answer for one service."""

    def __init__(self):
        self.rollout = "IN_PROGRESS"
        self.stopped = []

    def stop(self, name, code="EssentialContainerExited", status="STOPPED"):
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

    def list_tasks(self, cluster, serviceName, desiredStatus):
        assert (cluster, serviceName, desiredStatus) == (CLUSTER, SERVICE, "STOPPED")
        return {"taskArns": [task["taskArn"] for task in reversed(self.stopped)]}

    def describe_tasks(self, cluster, tasks):
        return {"tasks": [task for task in reversed(self.stopped) if task["taskArn"] in tasks]}

    def describe_services(self, cluster, services):
        deployment = {"rolloutState": self.rollout}
        return {"services": [{"serviceName": SERVICE, "deployments": [deployment]}]}
