"""PrepareCandidate: have the idle side run the release, at the size of live."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from viridian.adapters.fleets import fleet_kinds
from viridian.adapters.fleets.scaling import ScalableTargets
from viridian.adapters.leases import Leases
from viridian.adapters.load_balancers import LoadBalancers
from viridian.core.fleet import Blueprint, Fleets
from viridian.core.lease import Holder
from viridian.core.release.release import Release
from viridian.core.service.settings import Settings
from viridian.core.sides import Sides, require_idle
from viridian.runtime import environment
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

account_fleets = fleet_kinds()
account_balancers = LoadBalancers.from_session()
account_targets = ScalableTargets.from_session()
table_leases = Leases.from_session(environment.table())


@dataclass(frozen=True)
class Input(Holder):
    """The release and what it is made from, the sides it goes between, what the service asks."""

    release: Release
    blueprint: Blueprint
    sides: Sides
    settings: Settings


@invocation(Input)
def handler(
    given: Input,
    fleets: Mapping[str, Fleets] = account_fleets,
    balancers: LoadBalancers = account_balancers,
    leases: Leases = table_leases,
    targets: ScalableTargets = account_targets,
) -> dict[str, Any]:
    """Answer with the revision that the candidate was asked to run.

    Whoever no longer leads, or finds traffic on that side, changes nothing: it may serve by now.
    From here on auto scaling shrinks neither side.
    """
    leases.get(given.service).require_open(given)
    require_idle(given.sides.candidate, balancers.rule(given.sides.rule_arn).actions())
    balancers.arrange(given.sides.candidate.target_group_arn, given.settings)
    fleet = given.sides.candidate.fleet
    if scaling := given.settings.scaling:
        for side in (given.sides.live, given.sides.candidate):
            targets.bind(side.fleet.arn, scaling.held(given.sides.size))
    revision = fleets[fleet.kind].prepare(
        fleet,
        given.release,
        given.blueprint,
        size=given.sides.size,
        grace=given.settings.start_grace_seconds,
    )

    logger.info("candidate prepared", extra={"revision": revision})
    return {"revision": revision}
