"""VerifyRestored: does the rule send all traffic to the live side, and is that side healthy?"""

from dataclasses import dataclass
from typing import Any

from viridian.adapters.load_balancers import LoadBalancers
from viridian.core.errors import RestoreUnverified
from viridian.core.sides import Sides
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

account_balancers = LoadBalancers.from_session()


@dataclass(frozen=True)
class Input:
    """The sides that traffic was restored between."""

    deployment_id: str
    sides: Sides


@invocation(Input)
def handler(given: Input, balancers: LoadBalancers = account_balancers) -> dict[str, Any]:
    """Answer with the candidate's share, 0; raise SplitNotApplied or RestoreUnverified."""
    sides, live = given.sides, given.sides.live
    sides.split(candidate_percent=0).require_in(balancers.rule(sides.rule_arn))
    balancers.health(live.target_group_arn, wanted=1).require(
        RestoreUnverified, " after the restore"
    )

    logger.info("restore verified", extra={"live": live.colour})
    return {"candidate_percent": 0}
