"""InspectLive: read from AWS which side is live, and refuse to deploy beside a sick one."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from viridian.adapters.alarms import Alarms
from viridian.adapters.fleets import fleet_kinds
from viridian.adapters.inspection import Inspection
from viridian.adapters.load_balancers import LoadBalancers
from viridian.adapters.quotas import Quotas
from viridian.adapters.records import Records
from viridian.core.fleet import Blueprint, Fleets
from viridian.core.lease import Holder
from viridian.core.record import inspected
from viridian.core.release.release import Release
from viridian.core.service.registration import Registration
from viridian.runtime import environment
from viridian.runtime.attempt import require_passed
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

account_balancers = LoadBalancers.from_session()
account_alarms = Alarms.from_session()
account_fleets = fleet_kinds()
account_quotas = Quotas.from_session()
table_records = Records.from_session(environment.table())


@dataclass(frozen=True)
class Input(Holder):
    """A deployment that holds its service's lease, what it is to run, and which differences it goes
    on with.
    """

    release: Release
    blueprint: Blueprint
    registration: Registration
    accept: tuple[str, ...]


@invocation(Input)
def handler(
    given: Input,
    balancers: LoadBalancers = account_balancers,
    alarms: Alarms = account_alarms,
    fleets: Mapping[str, Fleets] = account_fleets,
    records: Records = table_records,
    quotas: Quotas = account_quotas,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer with the sides and the way back; keep both with the deployment's record."""
    registration = given.registration
    inspection = Inspection(balancers, alarms, fleets, records, quotas)
    sides = inspection.sides(registration, given.accept)
    shared = registration.shared_alarms
    require_passed(inspection.checks(sides, shared, given.release, given.blueprint, now=now))
    records.write(inspected(given.service, given.deployment_id, fence=given.fence, sides=sides))

    logger.info("live inspected", extra={"live": sides.live.colour, "size": sides.size})
    return asdict(sides)
