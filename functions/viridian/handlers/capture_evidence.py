"""CaptureEvidence: keep what tells why a candidate failed, before anything of it shrinks.

What its tasks said last, the health of both sides, the alarms with CloudWatch's own reasons, and
both sides' newest requests. What cannot be read is named, and the rest is kept all the same.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from viridian.adapters.alarms import Alarms
from viridian.adapters.fleets import fleet_kinds
from viridian.adapters.load_balancers import LoadBalancers
from viridian.adapters.records import Records
from viridian.adapters.request_metrics import RequestMetrics
from viridian.core.fleet import Fleets
from viridian.core.lease import Holder
from viridian.core.service.settings import Settings
from viridian.core.sides import Sides
from viridian.runtime import environment
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

PERIODS = 15
"""Of each side's requests: on AWS the last quarter of an hour, some 4 KB."""

account_balancers = LoadBalancers.from_session()
account_alarms = Alarms.from_session()
account_fleets = fleet_kinds()
account_metrics = RequestMetrics.from_session()
table_records = Records.from_session(environment.table())


@dataclass(frozen=True)
class Input(Holder):
    """A deployment whose candidate gets no traffic, or no more; `now` is ISO 8601."""

    sides: Sides
    load_balancer: str
    settings: Settings
    now: str


@invocation(Input)
def handler(
    given: Input,
    balancers: LoadBalancers = account_balancers,
    alarms: Alarms = account_alarms,
    fleets: Mapping[str, Fleets] = account_fleets,
    request_metrics: RequestMetrics = account_metrics,
    records: Records = table_records,
    clock: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer with what was kept; what an earlier try kept of the same failure stays."""
    sides, candidate, live = given.sides, given.sides.candidate, given.sides.live

    def health() -> dict[str, str]:
        return {
            side.colour: balancers.health(side.target_group_arn, sides.size).states
            for side in (live, candidate)
        }

    def requests() -> dict[str, Any]:
        period, now = given.settings.alarms.period_seconds, clock()
        groups = {side.colour: side.target_group for side in (live, candidate)}
        since = now - (PERIODS + 1) * period
        traffic = request_metrics.traffic(
            given.load_balancer, groups, since=since, now=now, period=period
        )
        return {colour: asdict(seen)["periods"] for colour, seen in traffic.items()}

    evidence = {
        "candidate": candidate.colour,
        "tasks": _told(lambda: [*fleets[candidate.fleet.kind].troubles(candidate.fleet)]),
        "targets": _told(health),
        "alarms": _told(lambda: alarms.states(sides.watched_alarms).reasons),
        "requests": _told(requests),
    }
    records.keep_evidence(
        given.service, given.deployment_id, evidence=json.dumps(evidence), at=given.now
    )

    logger.info("evidence captured", extra={"evidence": evidence})
    return evidence


def _told(read: Callable[[], Any]) -> Any:
    """What was read, or that it could not be."""
    try:
        return read()
    except Exception as error:
        logger.exception("a part of the evidence could not be read")
        return f"could not be read: {type(error).__name__}"
