"""RetireSide: scale a side that gets no traffic to its resting size, in batches.

RetireStandby and RetireCandidate call it: for the former live after a promotion, for a candidate
that was rejected or reverted. The machine has waited the drain floor, and calls again as long as
the answer is SideDraining.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from viridian.adapters.decisions import Decisions
from viridian.adapters.fleets import fleet_kinds
from viridian.adapters.fleets.scaling import ScalableTargets
from viridian.adapters.leases import Leases
from viridian.adapters.load_balancers import LoadBalancers
from viridian.adapters.request_metrics import RequestMetrics
from viridian.core.decisions import Moment
from viridian.core.drain import next_size, require_drained
from viridian.core.errors import SideDraining
from viridian.core.fleet import Fleets
from viridian.core.hold import require_may_retire
from viridian.core.sides import Sides, require_idle
from viridian.runtime import environment
from viridian.runtime.attempt import keep
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

account_balancers = LoadBalancers.from_session()
account_fleets = fleet_kinds()
account_metrics = RequestMetrics.from_session()
account_targets = ScalableTargets.from_session()
table_leases = Leases.from_session(environment.table())
table_decisions = Decisions.beside(table_leases)


@dataclass(frozen=True)
class Input(Moment):
    """The side by its part, and since when (epoch milliseconds) its drain floor is over.

    The former live of a promoted release is the way back: it is not retired once a breach is
    recorded, nor while a person keeps it.
    """

    sides: Sides
    retired: Literal["live", "candidate"]
    since_ms: int


@invocation(Input)
def handler(
    given: Input,
    balancers: LoadBalancers = account_balancers,
    fleets: Mapping[str, Fleets] = account_fleets,
    leases: Leases = table_leases,
    request_metrics: RequestMetrics = account_metrics,
    now: Callable[[], float] = time.time,
    targets: ScalableTargets = account_targets,
    decisions: Decisions = table_decisions,
) -> dict[str, Any]:
    """Answer with the side's new size; refuse while the rule still gives it traffic.

    SideDraining while it may still be asked something, or is not at rest. A side that never had
    traffic has nothing to drain. A candidate rests on what live runs: what failed runs nowhere; the
    former live rests as the service says. Auto scaling leaves it at rest, and is free again with
    the side that serves.
    """
    registration, sides = given.deployment.registration, given.sides
    settings, is_way_back = registration.settings, given.retired == "live"
    side, other = (sides.live, sides.candidate) if is_way_back else (sides.candidate, sides.live)
    lease, read_at, since = leases.get(given.service), now(), given.since_ms / 1000
    lease.require_own(given)
    if is_way_back:
        lease.require_open(given)
        require_may_retire(lease, leases.stop(), now=read_at)
    require_idle(side, balancers.rule(sides.rule_arn).actions())
    fleet, follows = fleets[side.fleet.kind], not is_way_back or settings.former_live == "follow"
    rest = 0 if is_way_back and settings.former_live == "zero" else settings.resting_count
    size = rest
    if lease.first_shifted_at is not None:
        groups = {"side": side.target_group, "other": other.target_group}
        period, timeout = settings.alarms.period_seconds, settings.drain_timeout_seconds
        traffic = request_metrics.traffic(
            registration.load_balancer, groups, since=since, now=read_at, period=period
        )
        require_drained(**traffic, waited_seconds=read_at - since, timeout_seconds=timeout)
        size = next_size(fleet.observe(side.fleet).desired, rest)
    if scaling := settings.scaling:
        targets.bind(side.fleet.arn, scaling.at_rest(rest))
    if size > rest:
        fleet.resize(side.fleet, size)
        raise SideDraining(f"{side.colour}: is at {size} tasks, the next batch follows")
    proven = fleets[other.fleet.kind].observe(other.fleet).revision if follows else None
    fleet.resize(side.fleet, size, revision=proven)
    if scaling:
        targets.bind(other.fleet.arn, scaling.free())

    decided = {"retired": given.retired, "colour": side.colour, "size": size}
    decided["unpinned"] = bool(scaling)
    keep("retired", lambda: decisions.append(given, "RetireSide", **decided))
    logger.info("side retired", extra={"colour": side.colour})
    return {"colour": side.colour, "size": size}
