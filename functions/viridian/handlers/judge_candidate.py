"""JudgeCandidate: read alarms and both sides' requests, and decide what comes next.

The backstop of the alarm events: a breach whose event never came is seen here. So is a split that
somebody else wrote: what the evidence is of is no longer the step, and nobody decided on it. Where
auto scaling grows one side, the other grows with it: each may have to carry all.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from viridian.adapters.alarms import Alarms
from viridian.adapters.decisions import Decisions
from viridian.adapters.fleets import fleet_kinds
from viridian.adapters.hooks import Hooks
from viridian.adapters.leases import Leases
from viridian.adapters.load_balancers import LoadBalancers
from viridian.adapters.request_metrics import RequestMetrics
from viridian.core.decision import Decision, Next, decide
from viridian.core.decisions import Moment, kept
from viridian.core.errors import HookFailed, SplitChanged
from viridian.core.evidence.comparison import PERIODS_BEFORE
from viridian.core.evidence.step import Evidence
from viridian.core.fleet import Fleets, level
from viridian.core.hold import controlled, pause_for
from viridian.core.hook import Subject, doubt
from viridian.core.lease import PAUSE, Lease
from viridian.core.plan import Step
from viridian.core.rule_change import HELD_BY_CHANGE, RULE_SETTLES_SECONDS, with_who
from viridian.core.service.hooks import Point
from viridian.core.sides import Sides
from viridian.core.verdict import Finding, Verdict, judge
from viridian.runtime import environment
from viridian.runtime.attempt import keep
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import MetricUnit, logger, metrics

account_alarms = Alarms.from_session()
account_fleets = fleet_kinds()
account_metrics = RequestMetrics.from_session()
account_balancers = LoadBalancers.from_session()
table_leases = Leases.from_session(environment.table())
table_decisions = Decisions.beside(table_leases)
machine_hooks = Hooks(table_leases, environment.hook_machine_arn())


@dataclass(frozen=True)
class Input(Moment):
    """A step since its shift (epoch seconds)."""

    sides: Sides
    step: Step
    shifted_at: float
    is_first_step: bool


@invocation(Input)
def handler(
    given: Input,
    alarms: Alarms = account_alarms,
    request_metrics: RequestMetrics = account_metrics,
    leases: Leases = table_leases,
    balancers: LoadBalancers = account_balancers,
    now: Callable[[], float] = time.time,
    fleets: Mapping[str, Fleets] = account_fleets,
    hooks: Hooks = machine_hooks,
    decisions: Decisions = table_decisions,
) -> dict[str, Any]:
    """Answer with the next move, the verdict, and how the deployment ends if it goes back."""
    sides, settings, read_at = given.sides, given.deployment.registration.settings, now()
    evidence = evidence_of(given, alarms, request_metrics, now=read_at)
    verdict = judge(evidence, settings.alarms)
    decision = decide(
        verdict, given.step, shifted_at=given.shifted_at, now=read_at, settings=settings
    )
    lease, failure = leases.get(given.service), verdict.failure
    change = change_of(given, lease, balancers, now=read_at)
    if change and settings.on_manual_change == "hold":
        lease = held_for(change, lease, leases, now=read_at)
    elif change and decision.next is not Next.RESTORE:
        decision = Decision(Next.RESTORE)
        failure = {"Error": SplitChanged.__name__, "Cause": change}
    decision = controlled(decision, lease, leases.stop(), now=read_at)
    if change is None:
        decision, failure = let_pass(given, verdict, decision, hooks, now=read_at)

    if settings.scaling is not None and decision.next is not Next.RESTORE:
        level(fleets[sides.live.fleet.kind], sides.live.fleet, sides.candidate.fleet)

    judged = {
        "next": decision.next,
        "watch_seconds": decision.watch_seconds,
        "verdict": verdict.finding,
        "failure": failure,
    }
    looked = {
        "step": asdict(given.step),
        "shifted_at": given.shifted_at,
        "read_at": read_at,
        "is_first_step": given.is_first_step,
        "evidence": kept(evidence),
        "reason": verdict.reason,
    }
    keep("judged", lambda: decisions.append(given, "JudgeCandidate", **judged, **looked))
    logger.info("candidate judged", extra=judged)
    return judged


def evidence_of(
    given: Input, alarms: Alarms, request_metrics: RequestMetrics, *, now: float
) -> Evidence:
    """What is known of the step: the alarms, and both sides' requests over the same window."""
    sides, registration = given.sides, given.deployment.registration
    period = registration.settings.alarms.period_seconds
    traffic = request_metrics.traffic(
        registration.load_balancer,
        {"candidate": sides.candidate.target_group, "live": sides.live.target_group},
        since=given.shifted_at - PERIODS_BEFORE * period,
        now=now,
        period=period,
    )
    return Evidence(
        alarms.states(sides.watched_alarms),
        candidate=traffic["candidate"].since(given.shifted_at),
        live=traffic["live"],
        until=given.shifted_at + given.step.watch_seconds(period),
        first_shifted_at=given.shifted_at if given.is_first_step else None,
    )


def let_pass(
    given: Input, verdict: Verdict, decision: Decision, hooks: Hooks, *, now: float
) -> tuple[Decision, dict[str, str]]:
    """The decision as those allow it who are asked after a step, people first where the service has
    them asked about what stays Unknown; and how the deployment ends if it goes back.
    """
    settings, percent = given.deployment.registration.settings, given.step.percent
    is_doubted = verdict.finding is Finding.UNKNOWN and decision.next is Next.RESTORE
    if decision.next is not Next.ADVANCE and not (is_doubted and settings.on_unknown == "ask"):
        return decision, verdict.failure
    subject = Subject(
        given.deployment, given.sides.candidate.colour, Point.AFTER_STEP, percent, verdict.reason
    )
    try:
        left = hooks.ask(given, subject, doubt(settings, percent), now=now) if is_doubted else 0
        left = left or hooks.seconds_left(given, subject, now=now)
    except HookFailed as failed:
        return Decision(Next.RESTORE), {"Error": HookFailed.__name__, "Cause": str(failed)}
    return Decision(Next.WATCH, left) if left else Decision(Next.ADVANCE), verdict.failure


def held_for(change: str, lease: Lease, leases: Leases, *, now: float) -> Lease:
    """The lease, paused until a person settles the change; who is held the first time has paged
    before, whatever ends this call.
    """
    if lease.paused is None:
        metrics.add_metric(HELD_BY_CHANGE, MetricUnit.Count, 1)
        metrics.flush_metrics()
    return leases.change(lease, PAUSE, pause_for(change, now=now))[1]


def change_of(given: Input, lease: Lease, balancers: LoadBalancers, *, now: float) -> str | None:
    """What somebody else made of the step's split, and who, if it can be told by now."""
    is_own = lease.deployment_id == given.deployment_id
    if not is_own or now - given.shifted_at < RULE_SETTLES_SECONDS:
        return None
    rule = balancers.rule(given.sides.rule_arn)
    change = given.sides.split(given.step.percent).change_in(rule)
    return change and with_who(change, lease)
