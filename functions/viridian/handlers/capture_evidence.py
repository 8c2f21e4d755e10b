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
from viridian.adapters.hooks import Hooks
from viridian.adapters.leases import Leases
from viridian.adapters.load_balancers import LoadBalancers
from viridian.adapters.records import Records
from viridian.adapters.request_metrics import RequestMetrics
from viridian.core.decisions import Moment
from viridian.core.fleet import Fleets
from viridian.core.hook import Subject
from viridian.core.service.hooks import Point
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
machine_hooks = Hooks(Leases.from_session(environment.table()), environment.hook_machine_arn())


@dataclass(frozen=True)
class Input(Moment):
    """A deployment whose candidate gets no traffic, or no more, and how it ends."""

    sides: Sides
    ending: str


@invocation(Input)
def handler(
    given: Input,
    balancers: LoadBalancers = account_balancers,
    alarms: Alarms = account_alarms,
    fleets: Mapping[str, Fleets] = account_fleets,
    request_metrics: RequestMetrics = account_metrics,
    records: Records = table_records,
    clock: Callable[[], float] = time.time,
    hooks: Hooks = machine_hooks,
) -> dict[str, Any]:
    """Answer with what was kept; what an earlier try kept of the same failure stays."""
    sides, candidate, live = given.sides, given.sides.candidate, given.sides.live
    registration = given.deployment.registration

    def health() -> dict[str, str]:
        return {
            side.colour: balancers.health(side.target_group_arn, sides.size).states
            for side in (live, candidate)
        }

    def requests() -> dict[str, Any]:
        period, now = registration.settings.alarms.period_seconds, clock()
        groups = {side.colour: side.target_group for side in (live, candidate)}
        since = now - (PERIODS + 1) * period
        traffic = request_metrics.traffic(
            registration.load_balancer, groups, since=since, now=now, period=period
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
        given.service, given.deployment_id, evidence=json.dumps(evidence), at=given.entered
    )

    logger.info("evidence captured", extra={"evidence": evidence})
    if given.ending != "CandidateRejected":
        told = "all traffic is on the live side again"
        subject = Subject(given.deployment, candidate.colour, Point.AFTER_RESTORE, 0, told)
        for question in (each for group in subject.questions() for each in group):
            hooks.tell(subject, question)
    return evidence


def _told(read: Callable[[], Any]) -> Any:
    """What was read, or that it could not be."""
    try:
        return read()
    except Exception as error:
        logger.exception("a part of the evidence could not be read")
        return f"could not be read: {type(error).__name__}"
