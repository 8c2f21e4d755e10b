"""Promote: the candidate becomes live in the record; the former live is standby."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from viridian.adapters.decisions import Decisions
from viridian.adapters.fleets import fleet_kinds
from viridian.adapters.leases import Leases
from viridian.adapters.load_balancers import LoadBalancers
from viridian.adapters.records import Records
from viridian.core.decisions import Moment
from viridian.core.deployment import Ran
from viridian.core.facts import Told, facts
from viridian.core.fleet import Fleets
from viridian.core.hold import require_may_promote
from viridian.core.record import promoted
from viridian.core.sides import Production, Sides
from viridian.runtime import environment
from viridian.runtime.attempt import keep
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

table_leases = Leases.from_session(environment.table())
table_decisions = Decisions.beside(table_leases)
account_balancers = LoadBalancers.from_session()
account_fleets = fleet_kinds()
table_records = Records.from_session(environment.table())


@dataclass(frozen=True)
class Input(Moment):
    """A deployment whose candidate has all traffic, and runs this revision."""

    revision: str
    sides: Sides


@invocation(Input)
def handler(
    given: Input,
    leases: Leases = table_leases,
    records: Records = table_records,
    balancers: LoadBalancers = account_balancers,
    fleets: Mapping[str, Fleets] = account_fleets,
    clock: Callable[[], float] = time.time,
    decisions: Decisions = table_decisions,
) -> dict[str, Any]:
    """Answer with the version that is live; a breach recorded until now refuses, a pause delays.

    What AWS says of both sides is kept: the next InspectLive compares with it.
    """
    sides, colour, deployment = given.sides, given.sides.candidate.colour, given.deployment
    require_may_promote(leases.get(given.service), leases.stop(), now=clock())
    seen = seen_of(sides, balancers, fleets)
    leases.open_standby(given, watched_alarms=sides.watched_alarms)
    blueprint = replace(deployment.blueprint, revision=given.revision)
    records.keep_ran(Ran(deployment.release, blueprint, given.deployment_id))
    production = Production(
        version=deployment.version,
        colour=colour,
        deployment_id=given.deployment_id,
        asked_at=deployment.asked_at,
        promoted_at=given.entered,
        revision=given.revision,
        facts=json.dumps(seen),
    )
    records.write(promoted(given.service, production))

    decided = {"version": deployment.version, "colour": colour, "revision": given.revision}
    keep("promoted", lambda: decisions.append(given, "Promote", **decided))
    logger.info("candidate promoted", extra={"colour": colour})
    return {"version": deployment.version}


def seen_of(sides: Sides, balancers: LoadBalancers, fleets: Mapping[str, Fleets]) -> Told:
    """The candidate as the live side that it now is, the former live as the idle one."""
    fleet = sides.candidate.fleet
    live = balancers.told(sides.candidate.target_group_arn)
    idle = balancers.told(sides.live.target_group_arn)
    return facts(live={**live, **fleets[fleet.kind].observe(fleet).told}, candidate=idle)
