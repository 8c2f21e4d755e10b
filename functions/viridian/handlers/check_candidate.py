"""CheckCandidate: is every target of the candidate healthy, and on the release alone?"""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from viridian.adapters.alarms import Alarms
from viridian.adapters.fleets import fleet_kinds
from viridian.adapters.leases import Leases
from viridian.adapters.load_balancers import LoadBalancers
from viridian.core.fleet import Fleets, readiness
from viridian.core.lease import Holder
from viridian.core.sides import Sides
from viridian.runtime import environment
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

account_balancers = LoadBalancers.from_session()
account_alarms = Alarms.from_session()
account_fleets = fleet_kinds()
table_leases = Leases.from_session(environment.table())


@dataclass(frozen=True)
class Input(Holder):
    """The revision that PrepareCandidate asked for, and when (epoch milliseconds)."""

    sides: Sides
    revision: str
    since_ms: float
    timeout_seconds: int


@invocation(Input)
def handler(
    given: Input,
    balancers: LoadBalancers = account_balancers,
    alarms: Alarms = account_alarms,
    fleets: Mapping[str, Fleets] = account_fleets,
    leases: Leases = table_leases,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer whether it is ready, and why not; raise CandidateNotReady once there is no hope.

    Whoever no longer leads, or was aborted, waits no longer.
    """
    leases.get(given.service).require_open(given)
    sides, candidate = given.sides, given.sides.candidate
    kind = fleets[candidate.fleet.kind]
    found = readiness(
        kind.observe(candidate.fleet),
        balancers.health(candidate.target_group_arn, sides.size),
        alarms.states(sides.watched_alarms),
        revision=given.revision,
    )
    found.require_hope(
        waited_seconds=now() - given.since_ms / 1000,
        timeout_seconds=given.timeout_seconds,
        troubles=lambda: kind.troubles(candidate.fleet),
    )

    logger.info("candidate checked", extra=asdict(found))
    return asdict(found)
