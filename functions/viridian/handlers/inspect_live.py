"""InspectLive: read from AWS which side is live, and refuse to deploy beside a sick one."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from viridian.adapters.alarms import Alarms
from viridian.adapters.fleets import fleet_kinds
from viridian.adapters.load_balancers import LoadBalancers
from viridian.adapters.records import Records
from viridian.core.errors import PreflightFailed
from viridian.core.fleet import Fleets
from viridian.core.lease import Holder
from viridian.core.record import inspected
from viridian.core.service.registration import Registration
from viridian.core.sides import Sides
from viridian.runtime import environment
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

account_balancers = LoadBalancers.from_session()
account_alarms = Alarms.from_session()
account_fleets = fleet_kinds()
table_records = Records.from_session(environment.table())


@dataclass(frozen=True)
class Input(Holder):
    """A deployment that holds its service's lease, and which differences it goes on with."""

    registration: Registration
    accept: tuple[str, ...]


@invocation(Input)
def handler(
    given: Input,
    balancers: LoadBalancers = account_balancers,
    alarms: Alarms = account_alarms,
    fleets: Mapping[str, Fleets] = account_fleets,
    records: Records = table_records,
) -> dict[str, Any]:
    """Answer with the sides and the way back; keep both with the deployment's record."""
    sides = Sides.found(
        given.registration,
        balancers.rule(given.registration.rule_arn).actions(),
        seen=lambda side: fleets[side.fleet.kind].observe(side.fleet),
        production=records.production(given.service),
        accept=given.accept,
    )
    live, size = sides.live, sides.size
    balancers.health(live.target_group_arn, size).require(
        PreflightFailed, f", the live side ({live.colour}); repair it, then deploy again"
    )
    alarms.states(sides.watched_alarms).require_clear(given.registration.shared_alarms)
    records.write(inspected(given.service, given.deployment_id, fence=given.fence, sides=sides))

    logger.info("live inspected", extra={"live": live.colour, "size": size})
    return asdict(sides)
