"""VerifyRestored: does the rule send all traffic to the live side, and is that side healthy?"""

from dataclasses import dataclass
from typing import Any

from viridian.adapters.decisions import Decisions
from viridian.adapters.leases import Leases
from viridian.adapters.load_balancers import LoadBalancers
from viridian.adapters.records import Records
from viridian.core.decisions import Moment
from viridian.core.errors import RestoreUnverified
from viridian.core.record import moment
from viridian.core.sides import Sides
from viridian.runtime import environment
from viridian.runtime.attempt import keep
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

account_balancers = LoadBalancers.from_session()
table_leases = Leases.from_session(environment.table())
table_decisions = Decisions.beside(table_leases)
table_records = Records.from_session(environment.table())


@dataclass(frozen=True)
class Input(Moment):
    """The sides that traffic was restored between, and what it was taken from."""

    sides: Sides


@invocation(Input)
def handler(
    given: Input,
    balancers: LoadBalancers = account_balancers,
    leases: Leases = table_leases,
    records: Records = table_records,
    decisions: Decisions = table_decisions,
) -> dict[str, Any]:
    """Answer with the candidate's share, 0; raise SplitNotApplied or RestoreUnverified.

    What is seen is then recorded: the traffic is whole, and a promotion that it undoes is undone.
    """
    sides, live = given.sides, given.sides.live
    sides.split(candidate_percent=0).require_in(balancers.rule(sides.rule_arn))
    balancers.health(live.target_group_arn, wanted=1).require(
        RestoreUnverified, " after the restore"
    )

    lease = leases.mark_whole(given)
    records.put_back(given.service, given.deployment_id, given.deployment.version, sides.production)

    if lease.deployment_id == given.deployment_id and lease.first_shifted_at is not None:
        times = {"since": moment(lease.first_shifted_at), "at": given.entered}
        keep("times", lambda: records.keep_restored(given.service, given.deployment_id, **times))
    decided = {"after": 0, "live": live.colour}
    keep("restored", lambda: decisions.append(given, "VerifyRestored", **decided))
    logger.info("restore verified", extra={"live": live.colour})
    return {"candidate_percent": 0}
