"""What runs behind a target group, whatever its kind: what is asked of it, and when it is ready.

A port: the core and the handlers know a fleet by these verbs alone. One adapter a kind
(`adapters/fleets/`), chosen by the kind that the registration names.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Protocol

from viridian.core.errors import CandidateNotReady, SideUnhealthy
from viridian.core.evidence.alarms import AlarmStates
from viridian.core.evidence.health import Health
from viridian.core.facts import Told
from viridian.core.release.release import Release
from viridian.core.service.registration import Fleet

FEWEST_FAILURES, MOST_FAILURES = 3, 200
"""Bounds of the failures that are a crash loop; between them half of the size. ECS's own numbers
(its circuit breaker), which stays off: going back has one decider."""


@dataclass(frozen=True)
class Observation:
    """What a fleet runs at this moment.

    `revision` is what it was last asked to run, opaque but for its adapter; `rollouts` counts the
    revisions not yet gone, 1 when it is settled; `failed` are targets of the revision that did not
    start or did not pass their checks, one after the other and before any that did; `told` is how
    and where it runs.
    """

    revision: str
    rollouts: int
    running: int
    desired: int
    failed: int
    told: Told = field(default_factory=dict)

    def require(self, revision: str) -> None:
        """Raise SideUnhealthy unless it was last asked to run this revision."""
        if self.revision != revision:
            raise SideUnhealthy(f"wanted {revision} on the candidate, found {self.revision}")


@dataclass(frozen=True)
class Blueprint:
    """What a release is run as: made from a task template, or the very revision that it ran as."""

    template: str
    revision: str | None = None


@dataclass(frozen=True)
class TaskSize:
    """What one task takes of Fargate."""

    vcpu: float
    gb: float


class Fleets(Protocol):
    """Fleets of one kind. Each verb, asked again, changes nothing more."""

    def observe(self, fleet: Fleet) -> Observation:
        """See what a fleet runs now; raises FleetMissing."""

    def platform(self, blueprint: Blueprint) -> str:
        """What a task of it is for, as images spell it: `linux/amd64`."""

    def task_size(self, fleet: Fleet, release: Release, blueprint: Blueprint) -> TaskSize:
        """What a task of the release takes in this fleet; raises NotKnown where none is counted."""

    def prepare(
        self, candidate: Fleet, release: Release, blueprint: Blueprint, *, size: int, grace: int
    ) -> str:
        """Have the candidate run the release as the blueprint says, at this size.

        New targets may fail their checks for `grace` seconds. Returns the revision to wait for.
        Failures of an earlier try count no more.
        """

    def troubles(self, fleet: Fleet) -> tuple[str, ...]:
        """What ended the newest targets of what the fleet was last asked to run, for a person.

        A few lines; one that says so when it cannot be read. Never raises.
        """

    def resize(self, fleet: Fleet, size: int, *, revision: str | None = None) -> None:
        """Have so many targets, of that revision or of what it runs; fewer, or another, of a fleet
        that gets no traffic alone.
        """


def level(fleets: Fleets, one: Fleet, other: Fleet) -> int:
    """Bring the smaller of two fleets to the size of the larger; that size. Shrinks none."""
    sizes = {fleet: fleets.observe(fleet).desired for fleet in (one, other)}
    size = max(sizes.values())
    for fleet, found in sizes.items():
        if found < size:
            fleets.resize(fleet, size)
    return size


@dataclass(frozen=True)
class Readiness:
    """Whether the candidate may be shown traffic, and why not."""

    is_ready: bool
    reason: str
    is_crashing: bool = False

    def require_hope(
        self,
        *,
        waited_seconds: float,
        timeout_seconds: int,
        troubles: Callable[[], tuple[str, ...]],
    ) -> None:
        """Raise CandidateNotReady once one that is not ready only crashes, or has had its time.

        The troubles are asked for then alone, and told.
        """
        if self.is_ready or not (self.is_crashing or waited_seconds >= timeout_seconds):
            return
        verdict = "it only crashes" if self.is_crashing else f"not ready after {timeout_seconds} s"
        raise CandidateNotReady("\n".join((f"{verdict}: {self.reason}", *troubles())))


def is_crash_loop(failed: int, size: int) -> bool:
    """Whether so many failures of a fleet of this size, and no success, are no bad luck."""
    return failed >= min(MOST_FAILURES, max(FEWEST_FAILURES, ceil(size / 2)))


def readiness(
    found: Observation, health: Health, alarms: AlarmStates, *, revision: str
) -> Readiness:
    """Ready is: only the release runs, on its full size, all healthy, no watched alarm firing."""
    checks = (
        (found.revision == revision, f"wanted {revision}, found {found.revision}"),
        (
            found.rollouts == 1 and found.running == found.desired == health.wanted,
            f"wanted {health.wanted} of the release alone, found {found.running} of "
            f"{found.desired} running in {found.rollouts} roll-outs, {found.failed} failed",
        ),
        (health.is_enough and health.healthy == found.running, health.reason),
        (not alarms.firing, f"in ALARM: {', '.join(alarms.firing)}"),
    )
    if wrong := [reason for holds, reason in checks if not holds]:
        is_ours = found.revision == revision
        return Readiness(
            False, "; ".join(wrong), is_ours and is_crash_loop(found.failed, health.wanted)
        )
    return Readiness(True, f"{health.healthy} of {health.wanted} targets healthy")
