"""Promote: the candidate becomes live in the record; the former live is standby."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from viridian.adapters.leases import Leases
from viridian.adapters.records import Records
from viridian.core.deployment import Ran
from viridian.core.fleet import Blueprint
from viridian.core.hold import require_may_promote
from viridian.core.lease import Holder
from viridian.core.record import promoted
from viridian.core.release.release import Release
from viridian.core.sides import Production, Sides
from viridian.runtime import environment
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import MetricUnit, logger, metrics

table_leases = Leases.from_session(environment.table())
table_records = Records.from_session(environment.table())


@dataclass(frozen=True)
class Input(Holder):
    """A deployment whose candidate has all traffic, and runs this revision; `now` is ISO 8601."""

    release: Release
    blueprint: Blueprint
    revision: str
    asked_at: str
    sides: Sides
    now: str


@invocation(Input)
def handler(
    given: Input,
    leases: Leases = table_leases,
    records: Records = table_records,
    clock: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer with the version that is live; a breach recorded until now refuses, a pause delays."""
    sides, colour = given.sides, given.sides.candidate.colour
    require_may_promote(leases.get(given.service), leases.stop(), now=clock())
    leases.open_standby(given, watched_alarms=sides.watched_alarms)
    blueprint = replace(given.blueprint, revision=given.revision)
    records.keep_ran(Ran(given.release, blueprint, given.deployment_id))
    production = Production(
        version=given.release.version,
        colour=colour,
        deployment_id=given.deployment_id,
        asked_at=given.asked_at,
        promoted_at=given.now,
        revision=given.revision,
    )
    records.write(promoted(given.service, production))

    logger.info("candidate promoted", extra={"colour": colour})
    metrics.add_metric("DeploymentsPromoted", MetricUnit.Count, 1)
    return {"version": given.release.version}
