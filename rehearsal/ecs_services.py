"""The rehearsal's ECS services, as ECS tells of them: steady or not, and which tasks crashed."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STEADY_SECONDS = 60.0
LOOK_SECONDS = 0.2
# One may be bad luck, such as a port that was just taken; three are the release's own doing.
MOST_CRASHES = 3
LOG_LINES = 10
ENDED_BY_ITSELF = ("EssentialContainerExited", "TaskFailedToStart")


class RehearsalFailed(Exception):
    """The service did not come up; the message says why."""


@dataclass(frozen=True)
class Crash:
    """A task that ended by itself, and where its output is."""

    task: str
    service: str
    reason: str
    log: Path

    @classmethod
    def of(cls, task: dict[str, Any], logs: Path) -> "Crash":
        """Read a task of DescribeTasks; the fleet names its log."""
        short_id = task["taskArn"].rsplit("/", 1)[-1][:8]
        service = task["group"].removeprefix("service:")
        exit_code = task["containers"][0].get("exitCode")
        ended = "" if exit_code is None else f" (exit code {exit_code})"
        log = logs / f"{service}-{short_id}.log"
        return cls(short_id, service, task["stoppedReason"] + ended, log)

    def __str__(self) -> str:
        return f"task {self.task} of {self.service} ended by itself: {self.reason}"

    @property
    def in_full(self) -> str:
        """With the last lines that it printed."""
        said = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        heading = f"the end of {os.path.relpath(self.log)}:" if said else "it printed nothing"
        return "\n    ".join([str(self), heading, *said[-LOG_LINES:]])


@dataclass(frozen=True)
class EcsServices:
    """Services by cluster and name; `logs` is where the fleet writes what tasks print."""

    ecs: Any
    names: tuple[tuple[str, str], ...]
    logs: Path

    def wait_until_steady(self) -> None:
        """CloudFormation on AWS waits for this itself; raises RehearsalFailed."""
        deadline = time.monotonic() + STEADY_SECONDS
        while unsteady := ", ".join(self._unsteady()):
            crashes = self.crashes()
            if len(crashes) >= MOST_CRASHES:
                told = f"{len(crashes)} tasks ended by themselves, the newest:"
                raise RehearsalFailed(f"not steady: {unsteady}; {told}\n{crashes[-1].in_full}")
            if time.monotonic() > deadline:
                logs = os.path.relpath(self.logs)
                raise RehearsalFailed(
                    f"not steady after {STEADY_SECONDS:g} s: {unsteady}; see {logs}"
                )
            time.sleep(LOOK_SECONDS)

    def sizes(self) -> dict[str, int]:
        """How many tasks each service is to have, by its name."""
        return {found["serviceName"]: found["desiredCount"] for found in self._described()}

    def crashes(self) -> list[Crash]:
        """All tasks that ended by themselves so far, the newest last."""
        stopped = [task for cluster, name in self.names for task in self._stopped(cluster, name)]
        stopped.sort(key=lambda task: task["stoppedAt"])
        return [
            Crash.of(task, self.logs) for task in stopped if task["stopCode"] in ENDED_BY_ITSELF
        ]

    def _stopped(self, cluster: str, name: str) -> list[dict[str, Any]]:
        """Tasks that have stopped; one that is still on its way has no time and no exit code."""
        found = self.ecs.list_tasks(cluster=cluster, serviceName=name, desiredStatus="STOPPED")
        if not found["taskArns"]:
            return []
        tasks = self.ecs.describe_tasks(cluster=cluster, tasks=found["taskArns"])["tasks"]
        return [task for task in tasks if task["lastStatus"] == "STOPPED"]

    def _unsteady(self) -> list[str]:
        return [
            service["serviceName"]
            for service in self._described()
            if service["deployments"][0]["rolloutState"] != "COMPLETED"
        ]

    def _described(self) -> list[dict[str, Any]]:
        return [
            service
            for cluster, name in self.names
            for service in self.ecs.describe_services(cluster=cluster, services=[name])["services"]
        ]
