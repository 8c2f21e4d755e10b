"""ShiftTraffic: give the candidate its next share of the traffic."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from viridian.adapters.alarms import Alarms
from viridian.adapters.decisions import Decisions
from viridian.adapters.fleets import fleet_kinds
from viridian.adapters.hooks import Hooks
from viridian.adapters.leases import Leases
from viridian.adapters.load_balancers import LoadBalancers
from viridian.core.decisions import Moment
from viridian.core.errors import CandidateFailing, HookFailed
from viridian.core.fleet import Fleets
from viridian.core.hold import first_watch_seconds, require_may_shift
from viridian.core.hook import Subject
from viridian.core.plan import Step
from viridian.core.rule_change import with_who
from viridian.core.service.hooks import Point
from viridian.core.sides import Sides, require_carriers
from viridian.runtime import environment
from viridian.runtime.attempt import keep
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

table_leases = Leases.from_session(environment.table())
table_decisions = Decisions.beside(table_leases)
account_balancers = LoadBalancers.from_session()
account_alarms = Alarms.from_session()
account_fleets = fleet_kinds()
machine_hooks = Hooks(table_leases, environment.hook_machine_arn())


@dataclass(frozen=True)
class Input(Moment):
    """The step to take between these sides, and the share that was left."""

    sides: Sides
    revision: str
    step: Step
    after_percent: int


@invocation(Input)
def handler(
    given: Input,
    leases: Leases = table_leases,
    balancers: LoadBalancers = account_balancers,
    alarms: Alarms = account_alarms,
    fleets: Mapping[str, Fleets] = account_fleets,
    now: Callable[[], float] = time.time,
    hooks: Hooks = machine_hooks,
    decisions: Decisions = table_decisions,
) -> dict[str, Any]:
    """Answer with when the step began and how long to watch before the first judgement.

    In this order: no breach is recorded, who is asked before it lets it pass (a share that was
    allowed before asks nobody), both sides can carry all, nobody paused it or stopped everything
    (else DeploymentPaused), the lease allows the move, no alarm that is now watched fires already
    (it would send no event again; before the first shift only what does not tell that it is about
    the boot), the rule, found as the last move left it, is written and read back.
    """
    sides, percent = given.sides, given.step.percent
    lease = leases.hear(given, leases.get(given.service))
    lease.require_open(given)
    if lease.candidate_percent != percent:
        require_let_pass(given, hooks, now=now())
    kind = fleets[sides.candidate.fleet.kind]
    size = require_carriers(sides, kind, given.revision, health=balancers.health)
    require_may_shift(lease, leases.stop(), percent=percent, now=now())
    leases.authorise_forward(given, percent=percent, watched_alarms=sides.watched_alarms, now=now())
    since = 0 if given.after_percent else now()
    alarms.states(sides.watched_alarms).require_quiet(since=since)
    sides.split(percent).put_into(
        balancers.rule(sides.rule_arn),
        after_percent=given.after_percent,
        told=lambda change: with_who(change, lease),
    )

    decided = {"before": given.after_percent, "after": percent, "size": size}
    keep("shifted", lambda: decisions.append(given, "ShiftTraffic", **decided))
    logger.info("traffic shifted", extra={"candidate_percent": percent})
    shifted_at, period = now(), given.deployment.registration.settings.alarms.period_seconds
    watch = first_watch_seconds(given.step, lease, shifted_at=shifted_at, period_seconds=period)
    return {"candidate_percent": percent, "shifted_at": shifted_at, "watch_seconds": watch}


def require_let_pass(given: Input, hooks: Hooks, *, now: float) -> None:
    """Ask what is to be asked of a ready candidate, then what is before this step.

    Raises HookAwaited, or HookFailed, which is CandidateFailing once there is traffic to take back.
    """
    shifted, percent = given.after_percent, given.step.percent
    points = [Point.BEFORE_SHIFT] if shifted else [Point.AFTER_READY, Point.BEFORE_SHIFT]
    evidence = (
        f"the evidence at {shifted} % was healthy"
        if shifted
        else "the candidate is healthy, warm and passed its smoke tests"
    )
    try:
        for point in points:
            subject = Subject(
                given.deployment, given.sides.candidate.colour, point, percent, evidence
            )
            hooks.require_passed(given, subject, now=now)
    except HookFailed as failed:
        if shifted:
            raise CandidateFailing(f"{HookFailed.__name__}: {failed}") from failed
        raise
