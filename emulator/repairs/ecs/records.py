"""ECS's records as ministack keeps them: the one place that reads and writes them.

They are dictionaries in the shape of DescribeServices and DescribeTasks; a key that starts with an
underscore never leaves ministack.
"""

import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import now_iso, request_scope
from ministack.services import ecs, eventbridge

Record = dict[str, Any]
Place = tuple[str, str]
"""A cluster's ARN, and what a task was started for."""
Found = Mapping[Place, list[Record]]

# Why a task stopped, by whether the fleet, the task itself or its start was the cause.
SCHEDULED, EXITED, FAILED_TO_START = (
    "ServiceSchedulerInitiated",
    "EssentialContainerExited",
    "TaskFailedToStart",
)


@dataclass(frozen=True)
class TaskRecord:
    """One task's record."""

    record: Record
    service: "ServiceRecord"

    @property
    def arn(self) -> str:
        return str(self.record["taskArn"])

    @property
    def short_id(self) -> str:
        return self.arn.rsplit("/", 1)[-1][:8]

    @property
    def deployment(self) -> str:
        """Which deployment of its service it belongs to."""
        return str(self.record.get("_deployment_id") or "")

    @property
    def container(self) -> Record:
        """Its first container's definition: the one that is run."""
        key = ecs._resolve_td_key(self.record["taskDefinitionArn"])
        definition: Record = ecs._task_defs[key]["containerDefinitions"][0]
        return definition

    @property
    def status(self) -> str:
        return str(self.record["lastStatus"])

    @property
    def is_waiting(self) -> bool:
        """Registered, and nothing runs yet."""
        return self.status == "PROVISIONING"

    @property
    def is_stopping(self) -> bool:
        """On its way out."""
        return self.status == "DEACTIVATING"

    @property
    def is_told_to_stop(self) -> bool:
        """StopTask was called on it, or its service deleted, and it is not on its way out yet."""
        is_leaving = self.is_stopping or self.status == "STOPPED"
        return self.record["desiredStatus"] == "STOPPED" and not is_leaving

    def run(self) -> None:
        """Note that its program was started."""
        self.record["_started_at"] = time.time()
        ecs._mark_task_pending(self.arn, self.record)
        ecs._mark_task_running(self.arn, self.record)

    def stopping(self, reason: str, stop_code: str = SCHEDULED) -> None:
        """Note that it is on its way out; it counts no more."""
        self.record.update(
            desiredStatus="STOPPED",
            lastStatus="DEACTIVATING",
            stoppingAt=self.record.get("stoppingAt") or now_iso(),
            stoppedReason=self.record.get("stoppedReason") or reason,
            stopCode=self.record.get("stopCode") or stop_code,
        )
        self.service.recount()

    def stopped(self, exit_code: int | None) -> None:
        """Note that its program ended after it was told to."""
        now = now_iso()
        self.record.update(
            desiredStatus="STOPPED", lastStatus="STOPPED", stoppedAt=now, executionStoppedAt=now
        )
        for container in self.record["containers"]:
            container.update(lastStatus="STOPPED", exitCode=exit_code)
        self.service.recount()

    def failed(self, reason: str, stop_code: str, exit_code: int | None = None) -> None:
        """Note that it ended by itself."""
        self.record["_failed_at"] = time.time()
        self.record.update(stoppedReason=reason, stopCode=stop_code)
        self.service.count_failure(self.deployment)
        self.stopped(exit_code)


@dataclass(frozen=True)
class ServiceRecord:
    """One service's record, with the account and Region it belongs to."""

    record: Record
    account: str
    region: str

    @property
    def arn(self) -> str:
        return str(self.record["serviceArn"])

    @property
    def cluster(self) -> str:
        return str(self.record["clusterArn"]).rsplit("/", 1)[-1]

    @property
    def is_active(self) -> bool:
        return bool(self.record["status"] == "ACTIVE")

    @property
    def target_groups(self) -> list[str]:
        return [
            balancer["targetGroupArn"]
            for balancer in self.record["loadBalancers"]
            if balancer.get("targetGroupArn")
        ]

    @property
    def primary(self) -> Record:
        """The deployment that the service is brought to."""
        return next(d for d in self.record["deployments"] if d["status"] == "PRIMARY")

    def tasks(self, found: Found) -> list[TaskRecord]:
        """Its tasks among these, the stopped ones too."""
        place = self.record["clusterArn"], f"service:{self.record['serviceName']}"
        return [TaskRecord(task, self) for task in found.get(place, ())]

    def start(self, count: int) -> None:
        """Register tasks of the primary deployment, as RunTask does."""
        ecs._run_task(
            {
                "cluster": self.cluster,
                "taskDefinition": self.primary["taskDefinition"],
                "count": count,
                "group": f"service:{self.record['serviceName']}",
                "startedBy": self.primary["id"],
                "launchType": self.record.get("launchType"),
                "capacityProviderStrategy": self.record.get("capacityProviderStrategy"),
                "networkConfiguration": self.record.get("networkConfiguration"),
                "_deploymentId": self.primary["id"],
            }
        )
        self.recount()

    def recount(self) -> None:
        """Bring the counts of the service, its deployments and its cluster up to date."""
        ecs._recount_cluster(self.cluster)
        ecs._refresh_service_state(self.cluster, f"service:{self.record['serviceName']}")

    def count_failure(self, deployment_id: str) -> None:
        """Count a failed task on a deployment none of whose tasks has served yet."""
        for deployment in self.record["deployments"]:
            if deployment["id"] == deployment_id and not deployment.get("_is_proven"):
                deployment["failedTasks"] += 1
                deployment["updatedAt"] = now_iso()

    def forget_failures(self) -> None:
        """Note that a task of the primary deployment serves: its failures count no more."""
        self.primary.update(failedTasks=0, _is_proven=True)

    def complete(self) -> None:
        """Note that the primary deployment is rolled out, and forget the former ones."""
        if self.primary["rolloutState"] != "COMPLETED":
            self.primary.update(
                rolloutState="COMPLETED",
                rolloutStateReason=f"ECS deployment {self.primary['id']} completed.",
                updatedAt=now_iso(),
            )
        self.recount()

    def tell_steady(self) -> None:
        """Send the event that ECS sends when a service reaches its steady state."""
        detail = {
            "eventType": "INFO",
            "eventName": "SERVICE_STEADY_STATE",
            "clusterArn": self.record["clusterArn"],
            "createdAt": now_iso(),
        }
        entry = {
            "Source": "aws.ecs",
            "DetailType": "ECS Service Action",
            "Resources": [self.arn],
            "Detail": json.dumps(detail),
        }
        eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)

    @contextlib.contextmanager
    def scope(self) -> Iterator[None]:
        """ministack's stores answer for the account and Region of a request; be in this one's.

        Everything else that is here has to be called inside of it.
        """
        with request_scope(self.account, self.region):
            yield


def services() -> list[ServiceRecord]:
    """Every ECS service of every account."""
    return [
        ServiceRecord(record, account, region)
        for (account, region, _name), record in ecs._services.all_items()
    ]


def tasks_by_place() -> Found:
    """The tasks of all accounts, in one pass."""
    found: dict[Place, list[Record]] = {}
    for task in list(ecs._tasks._data.values()):
        found.setdefault((task["clusterArn"], task["group"]), []).append(task)
    return found
