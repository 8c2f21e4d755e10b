"""What the scheduler of an ECS service does next: a decision on what is wanted and what runs.

Pure: the records and the time are arguments. A replacement is started before the old task goes,
within the service's deployment percentages; a task that keeps failing is restarted ever later.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

THROTTLE_FIRST_SECONDS = 0.5
THROTTLE_LONGEST_SECONDS = 10.0
THROTTLE_WINDOW_SECONDS = 60.0


class Phase(StrEnum):
    """How far a task is; a stopping task is out of its target groups and counts no more."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"


class Health(StrEnum):
    """What the load balancer says of a task; a service without one has only healthy tasks."""

    UNKNOWN = "UNKNOWN"
    HEALTHY = "HEALTHY"
    UNHEALTHY = "UNHEALTHY"


@dataclass(frozen=True)
class Desired:
    """What the service is asked to be: so many tasks of its primary deployment."""

    deployment: str
    count: int
    minimum_healthy_percent: int = 100
    maximum_percent: int = 200
    grace_seconds: float = 0.0

    @property
    def fewest_healthy(self) -> int:
        """Healthy tasks that a roll-out must leave, rounded up as ECS does."""
        return math.ceil(self.count * self.minimum_healthy_percent / 100)

    @property
    def most_tasks(self) -> int:
        """Tasks that may run during a roll-out, rounded down as ECS does."""
        return max(1, self.count * self.maximum_percent // 100)


@dataclass(frozen=True)
class Task:
    """One task as the scheduler sees it; `failed_at` is set when it ended by itself."""

    arn: str
    deployment: str
    phase: Phase
    health: Health = Health.UNKNOWN
    started_at: float = 0.0
    failed_at: float | None = None

    @property
    def is_counted(self) -> bool:
        """Whether it takes one of the service's places."""
        return self.phase in (Phase.PENDING, Phase.RUNNING)

    @property
    def is_ready(self) -> bool:
        """Whether it serves."""
        return self.phase is Phase.RUNNING and self.health is Health.HEALTHY


@dataclass(frozen=True)
class Start:
    """Start so many tasks of the primary deployment."""

    count: int


@dataclass(frozen=True)
class Stop:
    """Take one task out of service, for a reason worded as ECS words it; for its own failure or
    because there are too many."""

    arn: str
    reason: str
    is_failure: bool = False


Action = Start | Stop


def plan(desired: Desired, tasks: Sequence[Task], now: float) -> list[Action]:
    """The next actions; none when the service is as it should be or has to wait."""
    failing = [task for task in tasks if _fails_its_checks(task, desired, now)]
    counted = [task for task in tasks if task.is_counted and task not in failing]
    current = [task for task in counted if task.deployment == desired.deployment]
    former = [task for task in counted if task.deployment != desired.deployment]
    return [
        *(Stop(task.arn, "Task failed ELB health checks", is_failure=True) for task in failing),
        *_starts(desired, tasks, current, former, now),
        *(Stop(task.arn, _scaling(desired)) for task in _surplus(desired, current)),
        *(Stop(task.arn, _scaling(desired)) for task in _replaced(desired, current, former)),
    ]


def is_steady(desired: Desired, tasks: Sequence[Task]) -> bool:
    """Whether exactly the wanted tasks run, all of them healthy and of one deployment."""
    counted = [task for task in tasks if task.is_counted]
    right = [task for task in counted if task.is_ready and task.deployment == desired.deployment]
    return len(counted) == len(right) == desired.count


def is_proven(desired: Desired, tasks: Sequence[Task]) -> bool:
    """Whether a task of the primary deployment serves: ECS then forgets its failures for good."""
    return any(task.is_ready and task.deployment == desired.deployment for task in tasks)


def restart_not_before(tasks: Sequence[Task], deployment: str, now: float) -> float:
    """When a deployment whose tasks end by themselves may start the next one."""
    failures = [
        task.failed_at
        for task in tasks
        if task.deployment == deployment
        and task.failed_at is not None
        and now - task.failed_at < THROTTLE_WINDOW_SECONDS
    ]
    if not failures:
        return 0.0
    wait = THROTTLE_FIRST_SECONDS * 2.0 ** (len(failures) - 1)
    return max(failures) + min(wait, THROTTLE_LONGEST_SECONDS)


def _fails_its_checks(task: Task, desired: Desired, now: float) -> bool:
    is_past_grace = now - task.started_at >= desired.grace_seconds
    return task.phase is Phase.RUNNING and task.health is Health.UNHEALTHY and is_past_grace


def _starts(
    desired: Desired,
    tasks: Sequence[Task],
    current: Sequence[Task],
    former: Sequence[Task],
    now: float,
) -> list[Start]:
    room = desired.most_tasks - len(current) - len(former)
    count = min(desired.count - len(current), room)
    if count <= 0 or now < restart_not_before(tasks, desired.deployment, now):
        return []
    return [Start(count)]


def _surplus(desired: Desired, current: Sequence[Task]) -> list[Task]:
    """Tasks above the wanted number: first those that do not serve, then the newest."""
    by_worth = sorted(current, key=lambda task: (not task.is_ready, task.started_at), reverse=True)
    return by_worth[: max(0, len(current) - desired.count)]


def _replaced(desired: Desired, current: Sequence[Task], former: Sequence[Task]) -> list[Task]:
    """Tasks of former deployments that are not needed to keep enough healthy ones, oldest first."""
    serving = sorted((t for t in former if t.is_ready), key=lambda task: task.started_at)
    ready = sum(task.is_ready for task in current) + len(serving)
    idle = [task for task in former if not task.is_ready]
    return [*idle, *serving[: max(0, ready - desired.fewest_healthy)]]


def _scaling(desired: Desired) -> str:
    return f"Scaling activity initiated by (deployment {desired.deployment})"
