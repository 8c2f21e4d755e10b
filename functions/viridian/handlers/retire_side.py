"""RetireSide: scale a side that gets no traffic to its resting size.

RetireStandby and RetireCandidate call it: for the former live after a promotion, for a candidate
that was rejected or reverted. The machine has waited the drain floor.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from viridian.adapters.fleets import fleet_kinds
from viridian.adapters.load_balancers import LoadBalancers
from viridian.core.fleet import Fleets
from viridian.core.service.registration import Side
from viridian.core.sides import require_idle
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

account_balancers = LoadBalancers.from_session()
account_fleets = fleet_kinds()


@dataclass(frozen=True)
class Input:
    """The side, the rule that must give it nothing, and the size to leave it."""

    deployment_id: str
    rule_arn: str
    side: Side
    resting_count: int


@invocation(Input)
def handler(
    given: Input,
    balancers: LoadBalancers = account_balancers,
    fleets: Mapping[str, Fleets] = account_fleets,
) -> dict[str, Any]:
    """Answer with the side's new size; refuse while the rule still gives it traffic."""
    side, size = given.side, given.resting_count
    require_idle(side, balancers.rule(given.rule_arn).actions())
    fleets[side.fleet.kind].retire(side.fleet, resting_count=size)

    logger.info("side retired", extra={"colour": side.colour})
    return {"colour": side.colour, "size": size}
