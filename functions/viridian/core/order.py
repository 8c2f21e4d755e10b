"""What a person's control does to a service's lease, and what is told: decided on what was read."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

from viridian.core.control import Action, Control
from viridian.core.hold import Stop, hold
from viridian.core.lease import CLOSE_GATE, HURRY, PAUSE, RESUME, Lease, Write
from viridian.core.plan import LONGEST_PAUSE_SECONDS
from viridian.core.sides import Production

UNCHANGED = "nothing was changed"


class Wake(Enum):
    """How the wait of the deployment ends."""

    NO = auto()
    LOOK = auto()
    GO_BACK = auto()


@dataclass(frozen=True)
class Order:
    """What was done and what comes next, in words; the write that does it, if there is one."""

    did: str
    next: str
    write: Write | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    wake: Wake = Wake.NO


@dataclass(frozen=True)
class _Asked:
    """A control, the lease as it was read, the stop of everything, and the time."""

    control: Control
    lease: Lease
    stop: Stop | None
    at: float

    @property
    def standby(self) -> bool:
        return self.lease.phase != "deploying"


def order(control: Control, lease: Lease, stop: Stop | None, *, now: float) -> Order:
    """What the control does to a lease that is as it was read; what does not fit does nothing."""
    if lease.deployment_id is None:
        return _nothing_in_progress(lease)
    if control.deployment_id not in (None, lease.deployment_id):
        return Order(
            f"{lease.deployment_id} is in progress, not {control.deployment_id}; {UNCHANGED}",
            "See whether you mean that one, and ask for it by its id.",
        )
    if lease.phase == "held":
        return Order(
            f"{lease.deployment_id} holds {lease.service} until a person repairs it; {UNCHANGED}",
            "Its ending says what is wrong: docs/runbook.md.",
        )
    return ORDERS[Action(control.action)](_Asked(control, lease, stop, now))


def way_back(service: str, live: Production | None, former: Production | None) -> dict[str, Any]:
    """What to do when no standby is one weight away: `next` in words, and the request."""
    version = former.version if former else "<version>"
    request = {"service": service, "version": version}
    serving = f"{live.version} is live since {live.promoted_at}. " if live else ""
    return {
        "next": f"{serving}The way back is a deployment of the former release"
        + (f", {version}" if former else " (none is recorded: name its version)")
        + f": start the deployment machine with {json.dumps(request)}",
        "request": request,
    }


def _nothing_in_progress(lease: Lease) -> Order:
    if lease.candidate_percent:
        return Order(
            f"nobody holds the lease of {lease.service}, and {lease.moved_by} left "
            f"{lease.candidate_percent} % with its candidate; {UNCHANGED}",
            "Make the traffic whole: docs/runbook.md, DeploymentRefused.",
        )
    if lease.fence == 0:
        return Order(
            f"no deployment of {lease.service} was ever seen; {UNCHANGED}",
            "See that the service's name is right.",
        )
    return Order(f"no deployment of {lease.service} is in progress; {UNCHANGED}", "")


def _go_back(asked: _Asked) -> Order:
    control, lease = asked.control, asked.lease
    if control.action == Action.ABORT and asked.standby:
        return Order(
            f"{lease.deployment_id} was promoted; {UNCHANGED}",
            "rollback takes production back while its standby window lasts.",
        )
    if asked.standby:
        then = "All traffic goes back to the former live; it ends as StandbyRestored."
    elif lease.candidate_percent:
        then = "All traffic goes back to the live side; it ends as DeploymentReverted."
    else:
        then = "Its candidate is rejected; production is as it was."
    if lease.breach is not None:
        return _going_back(lease, then)
    done = "aborted" if control.action == Action.ABORT else "rolled back"
    breach = f"{done} by {control.by}: {control.reason}"
    return Order(
        f"{lease.deployment_id} is {done}", then, CLOSE_GATE, {":breach": breach}, Wake.GO_BACK
    )


def _pause(asked: _Asked) -> Order:
    control, lease, now = asked.control, asked.lease, asked.at
    ends = lease.pause_ends or int(now) + LONGEST_PAUSE_SECONDS
    if lease.breach is not None:
        return _going_back(lease)
    if lease.phase == "closing":
        return Order(
            f"the standby of {lease.deployment_id} ends for the next deployment; {UNCHANGED}", ""
        )
    if now >= ends:
        return Order(
            f"{lease.deployment_id} was paused for as long as it may be; {UNCHANGED}",
            "It goes on, or back, by what is seen of it.",
        )
    then = _while_paused(asked, ends)
    if lease.paused is not None:
        return Order(f"{lease.deployment_id} is {lease.paused}; {UNCHANGED}", then)
    paused = f"paused by {control.by}: {control.reason}"
    values = {":paused": paused, ":ends": ends}
    return Order(f"{lease.deployment_id} is paused", then, PAUSE, values)


def _while_paused(asked: _Asked, ends: int) -> str:
    until = datetime.fromtimestamp(ends, UTC).isoformat()
    if asked.standby:
        return (
            "The former live is kept, and no other deployment begins, until it is resumed, or "
            f"until {until}. A breach or rollback takes production back."
        )
    return (
        f"It stays at {asked.lease.candidate_percent} % and is watched: a breach or abort takes "
        f"it back. Resume it before {until}, or it goes back then."
    )


def _resume(asked: _Asked) -> Order:
    lease, stop = asked.lease, asked.stop
    then = f"But {stop}: go ends that." if stop else "It goes on when what is seen of it allows."
    if lease.paused is None:
        return Order(f"{lease.deployment_id} is not paused; {UNCHANGED}", then, wake=Wake.LOOK)
    return Order(f"{lease.deployment_id} is resumed", then, RESUME, {":true": True}, Wake.LOOK)


def _skip(asked: _Asked) -> Order:
    lease, percent = asked.lease, asked.control.percent or 0
    if percent != lease.candidate_percent and not asked.standby:
        return Order(
            f"{lease.deployment_id} is at {lease.candidate_percent} %, not at {percent} %; "
            f"{UNCHANGED}",
            "The bake of another step is not ended.",
        )
    return _hurry(asked, percent, f"the bake of {lease.deployment_id} at {percent} % is ended")


def _ship(asked: _Asked) -> Order:
    return _hurry(asked, 100, f"all bakes of {asked.lease.deployment_id} are ended")


def _hurry(asked: _Asked, percent: int, did: str) -> Order:
    lease = asked.lease
    then = "It goes on at its next look unless it fails or an alarm fires."
    if asked.standby:
        return Order(
            f"{lease.deployment_id} was promoted, it has no bake left; {UNCHANGED}",
            "Its standby window ends by itself.",
        )
    if lease.breach is not None:
        return _going_back(lease)
    if (held := hold(lease, asked.stop)) is not None:
        return Order(f"{held.why}; {UNCHANGED}", "Resume it (or end the stop: go) first.")
    if lease.hurried_percent >= percent:
        return Order(f"{did} already; {UNCHANGED}", then, wake=Wake.LOOK)
    return Order(did, then, HURRY, {":percent": percent}, Wake.LOOK)


def _going_back(lease: Lease, then: str = "Its ending tells.") -> Order:
    did = f"{lease.deployment_id} is going back already ({lease.breach}); {UNCHANGED}"
    return Order(did, then, wake=Wake.GO_BACK)


ORDERS: dict[Action, Callable[[_Asked], Order]] = {
    Action.ROLLBACK: _go_back,
    Action.ABORT: _go_back,
    Action.PAUSE: _pause,
    Action.RESUME: _resume,
    Action.SKIP: _skip,
    Action.SHIP: _ship,
}
