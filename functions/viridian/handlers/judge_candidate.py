"""JudgeCandidate: read alarms and both sides' requests, and decide what comes next.

The backstop of the alarm events: a breach whose event never came is seen here.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from viridian.adapters.alarms import Alarms
from viridian.adapters.leases import Leases
from viridian.adapters.request_metrics import RequestMetrics
from viridian.core.decision import decide
from viridian.core.evidence.comparison import PERIODS_BEFORE
from viridian.core.evidence.step import Evidence
from viridian.core.hold import controlled
from viridian.core.plan import Step
from viridian.core.service.settings import Settings
from viridian.core.sides import Sides
from viridian.core.verdict import judge
from viridian.runtime import environment
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

account_alarms = Alarms.from_session()
account_metrics = RequestMetrics.from_session()
table_leases = Leases.from_session(environment.table())


@dataclass(frozen=True)
class Input:
    """A step since its shift (epoch seconds); the load balancer as CloudWatch names it."""

    service: str
    deployment_id: str
    load_balancer: str
    sides: Sides
    settings: Settings
    step: Step
    shifted_at: float
    is_first_step: bool


@invocation(Input)
def handler(
    given: Input,
    alarms: Alarms = account_alarms,
    request_metrics: RequestMetrics = account_metrics,
    leases: Leases = table_leases,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer with the next move, the verdict, and how the deployment ends if it goes back."""
    sides, settings, read_at = given.sides, given.settings, now()
    period = settings.alarms.period_seconds
    traffic = request_metrics.traffic(
        given.load_balancer,
        {"candidate": sides.candidate.target_group, "live": sides.live.target_group},
        since=given.shifted_at - PERIODS_BEFORE * period,
        now=read_at,
        period=period,
    )
    evidence = Evidence(
        alarms.states(sides.watched_alarms),
        candidate=traffic["candidate"].since(given.shifted_at),
        live=traffic["live"],
        until=given.shifted_at + given.step.watch_seconds(period),
        first_shifted_at=given.shifted_at if given.is_first_step else None,
    )
    verdict = judge(evidence, settings.alarms)
    decision = decide(
        verdict, given.step, shifted_at=given.shifted_at, now=read_at, settings=settings
    )
    decision = controlled(decision, leases.get(given.service), leases.stop(), now=read_at)

    judged = {
        "next": decision.next,
        "watch_seconds": decision.watch_seconds,
        "verdict": verdict.finding,
        "failure": verdict.failure,
    }
    logger.info("candidate judged", extra=judged)
    return judged
