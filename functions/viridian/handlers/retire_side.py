"""RetireSide: scale a side that gets no traffic to its resting size.

RetireStandby and RetireCandidate call it: for the former live after a promotion, for a candidate
that was rejected or reverted. The machine has waited the drain floor.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from viridian.adapters.fleets import fleet_kinds
from viridian.adapters.leases import Leases
from viridian.adapters.load_balancers import LoadBalancers
from viridian.core.fleet import Fleets
from viridian.core.hold import require_may_retire
from viridian.core.lease import Holder
from viridian.core.service.registration import Side
from viridian.core.sides import require_idle
from viridian.runtime import environment
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

account_balancers = LoadBalancers.from_session()
account_fleets = fleet_kinds()
table_leases = Leases.from_session(environment.table())


@dataclass(frozen=True)
class Input(Holder):
    """The side, the rule that must give it nothing, and the size to leave it.

    The standby of a promoted release is the way back: it is not retired once a breach is recorded,
    nor while a person keeps it.
    """

    is_way_back: bool
    rule_arn: str
    side: Side
    resting_count: int


@invocation(Input)
def handler(
    given: Input,
    balancers: LoadBalancers = account_balancers,
    fleets: Mapping[str, Fleets] = account_fleets,
    leases: Leases = table_leases,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer with the side's new size; refuse while the rule still gives it traffic."""
    side, size = given.side, given.resting_count
    lease = leases.get(given.service)
    lease.require_own(given)
    if given.is_way_back:
        lease.require_open(given)
        require_may_retire(lease, leases.stop(), now=now())
    require_idle(side, balancers.rule(given.rule_arn).actions())
    fleets[side.fleet.kind].retire(side.fleet, resting_count=size)

    logger.info("side retired", extra={"colour": side.colour})
    return {"colour": side.colour, "size": size}
