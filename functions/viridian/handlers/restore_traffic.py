"""RestoreTraffic: give all traffic back to the live side. Builds, launches and scales nothing.

Also run once before the first shift, when it changes nothing: the way back is walked before the
way forward, so a missing permission or a broken rule shows while no customer depends on it. Traffic
that somebody moved by hand is not moved back then (SplitChanged): nobody has asked for that.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from viridian.adapters.leases import Leases
from viridian.adapters.load_balancers import LoadBalancers
from viridian.core.errors import CandidateBreached
from viridian.core.lease import Holder
from viridian.core.sides import Sides
from viridian.runtime import environment
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

table_leases = Leases.from_session(environment.table())
account_balancers = LoadBalancers.from_session()


@dataclass(frozen=True)
class Input(Holder):
    """The sides to restore between; a breach closes the gate to forward moves."""

    sides: Sides
    breach: str | None


@invocation(Input)
def handler(
    given: Input,
    leases: Leases = table_leases,
    balancers: LoadBalancers = account_balancers,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer with the recorded breach and when the rule was read back.

    One that is recorded before the first shift is raised there (CandidateBreached): none follows.
    """
    sides = given.sides
    breach = leases.authorise_back(given, breach=given.breach)
    if given.breach is None and breach is not None:
        raise CandidateBreached(breach)
    live, candidate = (
        balancers.health(side.target_group_arn, sides.size)
        for side in (sides.live, sides.candidate)
    )
    live.require_can_replace(candidate)
    after_percent = 0 if given.breach is None else None
    rule = balancers.rule(sides.rule_arn)
    sides.split(candidate_percent=0).put_into(rule, after_percent=after_percent)

    logger.info("traffic restored", extra={"breach": breach})
    return {"breach": breach, "restored_at": now()}
