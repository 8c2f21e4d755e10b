"""What InspectLive reads: which side is live, and what speaks against deploying beside it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from viridian.adapters.alarms import Alarms
from viridian.adapters.load_balancers import LoadBalancers
from viridian.adapters.quotas import Quotas
from viridian.adapters.records import Records
from viridian.core.errors import PreflightFailed
from viridian.core.fleet import Blueprint, Fleets
from viridian.core.preflight import Check
from viridian.core.release.release import Release
from viridian.core.service.registration import Registration
from viridian.core.sides import Sides


@dataclass(frozen=True)
class Inspection:
    """Reads only: what is found is written by the handler."""

    balancers: LoadBalancers
    alarms: Alarms
    fleets: Mapping[str, Fleets]
    records: Records
    quotas: Quotas

    def sides(self, registration: Registration, accept: tuple[str, ...]) -> Sides:
        """The parts that they play; raises PreflightFailed where that is not clear, or other than
        what was promoted and not accepted.
        """
        return Sides.found(
            registration,
            self.balancers.rule(registration.rule_arn).actions(),
            seen=lambda side: self.fleets[side.fleet.kind].observe(side.fleet),
            told=lambda side: self.balancers.told(side.target_group_arn),
            production=self.records.production(registration.service),
            accept=accept,
        )

    def checks(
        self,
        sides: Sides,
        shared_alarms: tuple[str, ...],
        release: Release,
        blueprint: Blueprint,
        *,
        now: Callable[[], float],
    ) -> Iterator[Check]:
        """Whether live is well, its alarms are quiet, and there is room beside it."""
        yield from self.checks_of_live(sides, shared_alarms)
        room = partial(self.require_room, sides, release, blueprint, now)
        yield Check("vCPU quota", room, is_optional=True)

    def checks_of_live(self, sides: Sides, shared_alarms: tuple[str, ...]) -> Iterator[Check]:
        """Those of them that are of no release."""
        yield Check("live side", partial(self.require_healthy, sides))
        yield Check("alarms", partial(self.require_clear, sides, shared_alarms))

    def require_healthy(self, sides: Sides) -> None:
        """Raise PreflightFailed unless every target of live is."""
        live = sides.live
        self.balancers.health(live.target_group_arn, sides.size).require(
            PreflightFailed, f", the live side ({live.colour}); repair it, then deploy again"
        )

    def require_clear(self, sides: Sides, shared_alarms: tuple[str, ...]) -> None:
        """Raise PreflightFailed where an alarm is missing, or a shared one fires."""
        self.alarms.states(sides.watched_alarms).require_clear(shared_alarms)

    def require_room(
        self, sides: Sides, release: Release, blueprint: Blueprint, now: Callable[[], float]
    ) -> None:
        """Raise PreflightFailed where the candidate's tasks do not fit the account's quota."""
        idle = sides.candidate.fleet
        task = self.fleets[idle.kind].task_size(idle, release, blueprint)
        self.quotas.fargate(now=now()).require(sides.size, vcpu=task.vcpu)
