"""WatchStandby: look at a release that was promoted while the former live is still whole.

Where the release grows by auto scaling, the former live, which nobody asks, grows with it.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from viridian.adapters.alarms import Alarms
from viridian.adapters.decisions import Decisions
from viridian.adapters.fleets import fleet_kinds
from viridian.adapters.hooks import Hooks
from viridian.adapters.leases import Leases
from viridian.core.decisions import Moment
from viridian.core.errors import HookFailed
from viridian.core.fleet import Fleets, level
from viridian.core.hold import kept_seconds
from viridian.core.hook import Subject
from viridian.core.service.hooks import Point
from viridian.core.sides import Sides
from viridian.core.standby import Look, StandbyNext, look
from viridian.runtime import environment
from viridian.runtime.attempt import keep
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

table_leases = Leases.from_session(environment.table())
table_decisions = Decisions.beside(table_leases)
account_alarms = Alarms.from_session()
account_fleets = fleet_kinds()
machine_hooks = Hooks(table_leases, environment.hook_machine_arn())


@dataclass(frozen=True)
class Input(Moment):
    """The sides of a promotion, and its time (ISO 8601)."""

    sides: Sides
    promoted_at: str


@invocation(Input)
def handler(
    given: Input,
    leases: Leases = table_leases,
    alarms: Alarms = account_alarms,
    now: Callable[[], float] = time.time,
    fleets: Mapping[str, Fleets] = account_fleets,
    hooks: Hooks = machine_hooks,
    decisions: Decisions = table_decisions,
) -> dict[str, Any]:
    """Answer with what comes next, the next wait, and how the standby ends if traffic goes back."""
    settings = given.deployment.registration.settings
    is_scaled = settings.scaling is not None
    lease, read_at = leases.get(given.service), now()
    seen = look(
        lease,
        given,
        alarms.states(given.sides.watched_alarms),
        watched_seconds=read_at - datetime.fromisoformat(given.promoted_at).timestamp(),
        window=settings.standby_seconds,
        kept_seconds=kept_seconds(lease, leases.stop(), now=read_at),
        is_scaled=is_scaled,
    )
    if seen.next is not StandbyNext.RESTORE and lease.phase != "closing":
        seen = let_stay(given, seen, hooks, now=read_at)
    if is_scaled and seen.next is StandbyNext.WATCH:
        live, candidate = given.sides.live.fleet, given.sides.candidate.fleet
        level(fleets[live.kind], live, candidate)

    decided = {"next": seen.next, "reason": seen.reason}
    keep("watched", lambda: decisions.append(given, "WatchStandby", **decided))
    logger.info("standby watched", extra={"next": seen.next, "reason": seen.reason})
    return {"next": seen.next, "watch_seconds": seen.watch_seconds, "failure": seen.failure}


def let_stay(given: Input, seen: Look, hooks: Hooks, *, now: float) -> Look:
    """The look as the hooks allow it that are asked after a promotion: while they are silent the
    former live is kept, unless the next deployment wants its place.
    """
    subject = Subject(
        given.deployment, given.sides.candidate.colour, Point.AFTER_PROMOTION, 100, seen.reason
    )
    try:
        left = hooks.seconds_left(given, subject, now=now)
    except HookFailed as failed:
        return Look(StandbyNext.RESTORE, 0, f"{HookFailed.__name__}: {failed}")
    if not left:
        return seen
    return Look(StandbyNext.WATCH, min(left, seen.watch_seconds or left), "its hooks are asked")
