"""How far a fleet is with the release it was asked to run."""

from collections.abc import Mapping
from dataclasses import dataclass

from viridian.core.errors import CandidateNotReady
from viridian.core.evidence.health import Health, firing


@dataclass(frozen=True)
class Rollout:
    """One ECS service's newest deployment; `deployments` counts those not yet gone.

    `failed` are its tasks that did not start or did not pass their checks, since the last that did.
    """

    task_definition_arn: str
    deployments: int
    running: int
    desired: int
    failed: int


@dataclass(frozen=True)
class Readiness:
    """Whether the candidate may be shown traffic, and why not."""

    is_ready: bool
    reason: str


def readiness(
    rollout: Rollout,
    health: Health,
    alarms: Mapping[str, str],
    *,
    task_definition_arn: str,
    watched_alarms: tuple[str, ...],
) -> Readiness:
    """Ready is: only the release runs, on its full size, all healthy, no watched alarm firing."""
    checks = (
        (
            rollout.task_definition_arn == task_definition_arn,
            f"wanted {task_definition_arn}, found {rollout.task_definition_arn}",
        ),
        (
            rollout.deployments == 1 and rollout.running == rollout.desired == health.wanted,
            f"wanted {health.wanted} tasks of the release alone, found {rollout.running} of "
            f"{rollout.desired} running in {rollout.deployments} deployments, {rollout.failed} "
            "failed",
        ),
        (health.is_enough and health.healthy == rollout.running, health.reason),
        (not (names := firing(alarms, watched_alarms)), f"in ALARM: {', '.join(names)}"),
    )
    for holds, reason in checks:
        if not holds:
            return Readiness(False, reason)
    return Readiness(True, f"{health.healthy} of {health.wanted} targets healthy")


def require_time_left(found: Readiness, *, waited_seconds: float, timeout_seconds: int) -> None:
    """Raise CandidateNotReady once a candidate that is not ready has had its time."""
    if not found.is_ready and waited_seconds >= timeout_seconds:
        raise CandidateNotReady(f"not ready after {timeout_seconds} s: {found.reason}")
