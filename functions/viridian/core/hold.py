"""What keeps a deployment where it is: a pause of its own, or the stop of everything.

    CONTROL  STOP
        stopped_at, stopped_by, stopped_why, stopped_request    while everything is stopped
        ended_at, ended_by, ended_why, ended_request            who ended the last stop

Nothing goes forward, no side that is a way back is let go, and what is there is watched on; a way
back is kept from nobody. An execution cannot stand for ever: after `LONGEST_PAUSE_SECONDS` one that
deploys goes back, since nobody said that it may go on; a standby, whose release was proven, ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from viridian.core.decision import Decision, Next
from viridian.core.errors import DeploymentPaused, EverythingStopped, PauseExpired
from viridian.core.lease import Lease, Write
from viridian.core.plan import (
    HURRIED_LOOK_SECONDS,
    LONGEST_PAUSE_SECONDS,
    PAUSED_LOOK_SECONDS,
    Step,
    watch_slice,
)

STOP_KEY = {"pk": "CONTROL", "sk": "STOP"}
STOP = Write(
    "SET stopped_at = :at, stopped_by = :by, stopped_why = :why, stopped_request = :request",
    "attribute_not_exists(stopped_at)",
)
GO = Write(
    "SET ended_at = :at, ended_by = :by, ended_why = :why, ended_request = :request "
    "REMOVE stopped_at, stopped_by, stopped_why, stopped_request",
    "attribute_exists(stopped_at)",
)


@dataclass(frozen=True)
class Stop:
    """Everything is stopped: since when (Unix time), by whom, why, by which request."""

    at: int
    by: str
    why: str
    request: str

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> "Stop | None":
        """From the item's values as Python has them; None when nothing is stopped."""
        if "stopped_at" not in item:
            return None
        by, why, request = (str(item[f"stopped_{name}"]) for name in ("by", "why", "request"))
        return cls(int(item["stopped_at"]), by, why, request)

    def values(self) -> dict[str, Any]:
        """As the writes name them."""
        return {":at": self.at, ":by": self.by, ":why": self.why, ":request": self.request}

    def __str__(self) -> str:
        return f"everything was stopped by {self.by}: {self.why}"


@dataclass(frozen=True)
class Hold:
    """Why a deployment stays where it is, and until when (Unix time)."""

    why: str
    ends: float


def hold(lease: Lease, stop: Stop | None) -> Hold | None:
    """What holds a deployment, the longer one of two; a standby that must end is not held."""
    if lease.phase == "closing":
        return None
    holds = [Hold(str(stop), stop.at + LONGEST_PAUSE_SECONDS)] if stop else []
    if lease.paused is not None:
        holds.append(Hold(lease.paused, lease.pause_ends or 0))
    return max(holds, key=lambda held: held.ends, default=None)


def kept_seconds(lease: Lease, stop: Stop | None, *, now: float) -> float:
    """How much longer a hold keeps a standby whole."""
    held = hold(lease, stop)
    return max(0.0, held.ends - now) if held else 0.0


def controlled(decision: Decision, lease: Lease, stop: Stop | None, *, now: float) -> Decision:
    """The decision as people allow it: nothing is kept from going back, a hold is watched on, and
    a step whose bake was ended needs no more evidence than that nothing is wrong.

    Raises PauseExpired when it was held for as long as it may be.
    """
    if decision.next is Next.RESTORE:
        return decision
    if (held := hold(lease, stop)) is not None:
        wanted = decision.watch_seconds or PAUSED_LOOK_SECONDS
        return Decision(Next.WATCH, max(1, round(min(wanted, _left(held, now)))))
    return Decision(Next.ADVANCE) if lease.is_hurried else decision


def first_watch_seconds(step: Step, lease: Lease, *, shifted_at: float, period_seconds: int) -> int:
    """How long a step is watched before its first look: until that can tell anything, and hardly
    once its bake was ended."""
    if step.percent <= lease.hurried_percent:
        return watch_slice(min(HURRIED_LOOK_SECONDS, step.bake_seconds))
    return watch_slice(step.seen_at(shifted_at, period_seconds) - shifted_at)


def pause_for(change: str, *, now: float) -> dict[str, Any]:
    """As the write of a pause names it: for a change of the rule that a person is to settle."""
    ends = int(now) + LONGEST_PAUSE_SECONDS
    return {":paused": f"held (on_manual_change): {change}", ":ends": ends}


def require_may_begin(lease: Lease, stop: Stop | None, deployment_id: str) -> None:
    """Raise EverythingStopped, unless the deployment began before."""
    if stop is not None and lease.deployment_id != deployment_id:
        raise EverythingStopped(f"{lease.service}: {stop}; deploy again when that is ended (go)")


def require_may_shift(lease: Lease, stop: Stop | None, *, percent: int, now: float) -> None:
    """Raise DeploymentPaused or PauseExpired, unless the move was allowed before."""
    if lease.candidate_percent != percent:
        _require_free(lease, stop, now)


def require_may_promote(lease: Lease, stop: Stop | None, *, now: float) -> None:
    """Raise DeploymentPaused or PauseExpired, unless it was promoted before."""
    if lease.phase != "standby":
        _require_free(lease, stop, now)


def require_may_retire(lease: Lease, stop: Stop | None, *, now: float) -> None:
    """Raise DeploymentPaused while the way back is kept."""
    if kept_seconds(lease, stop, now=now):
        _require_free(lease, stop, now)


def _require_free(lease: Lease, stop: Stop | None, now: float) -> None:
    if (held := hold(lease, stop)) is not None:
        _left(held, now)
        raise DeploymentPaused(f"{lease.service}: {held.why}")


def _left(held: Hold, now: float) -> float:
    if now >= held.ends:
        hours = LONGEST_PAUSE_SECONDS // 3600
        raise PauseExpired(f"{held.why}; within {hours} hours nobody let it go on")
    return held.ends - now
