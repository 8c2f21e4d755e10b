"""PrepareCandidate: have the idle side run the release, at the size of live."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from viridian.adapters.decisions import Decisions
from viridian.adapters.fleets import fleet_kinds
from viridian.adapters.fleets.scaling import ScalableTargets
from viridian.adapters.hooks import Hooks
from viridian.adapters.leases import Leases
from viridian.adapters.load_balancers import LoadBalancers
from viridian.core.decisions import Moment
from viridian.core.fleet import Fleets
from viridian.core.hook import Subject
from viridian.core.service.hooks import Point
from viridian.core.sides import Sides, require_idle
from viridian.runtime import environment
from viridian.runtime.attempt import keep
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

account_fleets = fleet_kinds()
account_balancers = LoadBalancers.from_session()
account_targets = ScalableTargets.from_session()
table_leases = Leases.from_session(environment.table())
table_decisions = Decisions.beside(table_leases)
machine_hooks = Hooks(table_leases, environment.hook_machine_arn())


@dataclass(frozen=True)
class Input(Moment):
    """The sides that it goes between."""

    sides: Sides


@invocation(Input)
def handler(
    given: Input,
    fleets: Mapping[str, Fleets] = account_fleets,
    balancers: LoadBalancers = account_balancers,
    leases: Leases = table_leases,
    targets: ScalableTargets = account_targets,
    hooks: Hooks = machine_hooks,
    decisions: Decisions = table_decisions,
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
    pinned = settings.scaling and settings.scaling.held(given.sides.size)
    if pinned:
        for side in (given.sides.live, given.sides.candidate):
            targets.bind(side.fleet.arn, pinned)
    revision = fleets[fleet.kind].prepare(
        fleet,
        deployment.release,
        deployment.blueprint,
        size=given.sides.size,
        grace=settings.start_grace_seconds,
    )

    decided = {"revision": revision, "size": given.sides.size}
    decided["pinned"] = pinned and asdict(pinned)
    keep("prepared", lambda: decisions.append(given, "PrepareCandidate", **decided))
    logger.info("candidate prepared", extra={"revision": revision})
    return {"revision": revision}
