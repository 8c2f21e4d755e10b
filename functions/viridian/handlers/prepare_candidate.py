"""PrepareCandidate: have the idle side run the release, at the size of live."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from viridian.adapters.fleets import fleet_kinds
from viridian.adapters.fleets.scaling import ScalableTargets
from viridian.adapters.hooks import Hooks
from viridian.adapters.leases import Leases
from viridian.adapters.load_balancers import LoadBalancers
from viridian.core.deployment import Deployment
from viridian.core.fleet import Fleets
from viridian.core.hook import Subject
from viridian.core.lease import Holder
from viridian.core.service.hooks import Point
from viridian.core.sides import Sides, require_idle
from viridian.runtime import environment
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

account_fleets = fleet_kinds()
account_balancers = LoadBalancers.from_session()
account_targets = ScalableTargets.from_session()
table_leases = Leases.from_session(environment.table())
machine_hooks = Hooks(table_leases, environment.hook_machine_arn())


@dataclass(frozen=True)
class Input(Holder):
    """The deployment, and the sides it goes between."""

    deployment: Deployment
    sides: Sides


@invocation(Input)
def handler(
    given: Input,
    fleets: Mapping[str, Fleets] = account_fleets,
    balancers: LoadBalancers = account_balancers,
    leases: Leases = table_leases,
    targets: ScalableTargets = account_targets,
    hooks: Hooks = machine_hooks,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer with the revision that the candidate was asked to run.

    Whoever no longer leads, or finds traffic on that side, changes nothing: it may serve by now.
    From here on auto scaling shrinks neither side. Raises HookAwaited or HookFailed before it
    touches anything, where the service has somebody asked first.
    """
    deployment, settings = given.deployment, given.deployment.registration.settings
    leases.hear(given, leases.get(given.service)).require_open(given)
    colour = given.sides.candidate.colour
    subject = Subject(deployment, colour, Point.BEFORE_PREPARE, 0, "nothing is prepared yet")
    hooks.require_passed(given, subject, now=now())
    require_idle(given.sides.candidate, balancers.rule(given.sides.rule_arn).actions())
    balancers.arrange(given.sides.candidate.target_group_arn, settings)
    fleet = given.sides.candidate.fleet
    if scaling := settings.scaling:
        for side in (given.sides.live, given.sides.candidate):
            targets.bind(side.fleet.arn, scaling.held(given.sides.size))
    revision = fleets[fleet.kind].prepare(
        fleet,
        deployment.release,
        deployment.blueprint,
        size=given.sides.size,
        grace=settings.start_grace_seconds,
    )

    logger.info("candidate prepared", extra={"revision": revision})
    return {"revision": revision}
