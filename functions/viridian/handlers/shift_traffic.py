"""ShiftTraffic: give the candidate its next share of the traffic."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from viridian.adapters.alarms import Alarms
from viridian.adapters.leases import Leases
from viridian.adapters.load_balancers import LoadBalancers
from viridian.core.errors import SideUnhealthy
from viridian.core.plan import Step, watch_slice
from viridian.core.sides import Sides
from viridian.runtime import environment
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import MetricUnit, logger, metrics

table_leases = Leases.from_session(environment.table())
account_balancers = LoadBalancers.from_session()
account_alarms = Alarms.from_session()


@dataclass(frozen=True)
class Input:
    """The step to take, between these sides."""

    service: str
    deployment_id: str
    fence: int
    sides: Sides
    step: Step


@invocation(Input)
def handler(
    given: Input,
    leases: Leases = table_leases,
    balancers: LoadBalancers = account_balancers,
    alarms: Alarms = account_alarms,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer with when the step began and how long to watch before the first judgement.

    In this order: the candidate is seen healthy, the lease allows the move, no alarm that is now
    watched fires already (it would send no event again), the rule is written and read back.
    """
    sides, percent = given.sides, given.step.percent
    balancers.health(sides.candidate.target_group_arn, sides.size).require(SideUnhealthy)
    leases.authorise_forward(
        given.service, given.fence, percent=percent, watched_alarms=sides.watched_alarms
    )
    alarms.states(sides.watched_alarms).require_quiet()
    sides.split(percent).put_into(balancers.rule(sides.rule_arn))

    logger.info("traffic shifted", extra={"candidate_percent": percent})
    metrics.add_metric("CandidatePercent", MetricUnit.Percent, percent)
    return {
        "candidate_percent": percent,
        "shifted_at": now(),
        "watch_seconds": watch_slice(given.step.bake_seconds),
    }
