"""PhaseChanged: the table's stream tells that a deployment came to a phase: tell it to all.

What could not be told is tried again with all of its batch: consumers know a phase by its id. Once
it is told it is counted, as a metric of the service.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from aws_lambda_powertools.metrics import single_metric
from boto3.dynamodb.types import TypeDeserializer

from viridian.adapters.bus import Bus
from viridian.core.dora import measures
from viridian.core.phase import Phase, changes
from viridian.runtime.telemetry import MetricUnit, logger

account_bus = Bus.from_session()
UNITS = {
    "CandidatePercent": MetricUnit.Percent,
    "LeadTime": MetricUnit.Seconds,
    "TimeToRestore": MetricUnit.Seconds,
}
read = TypeDeserializer().deserialize


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: object, bus: Bus = account_bus) -> dict[str, Any]:
    """Answer with how many were told."""
    told = list(_phases(event))
    bus.tell(phase for phase, _ in told)

    for phase, item in told:
        for name, value in measures(phase, item).items():
            _count(name, value, phase)
        logger.info("phase told", extra=phase.detail)
    return {"told": len(told)}


def _count(name: str, value: float, phase: Phase) -> None:
    """A metric of the service, at the time of its phase."""
    with single_metric(name, UNITS.get(name, MetricUnit.Count), value) as metric:
        metric.add_dimension("service", phase.service)
        metric.set_timestamp(datetime.fromisoformat(phase.at))


def _phases(event: dict[str, Any]) -> Iterator[tuple[Phase, dict[str, Any]]]:
    """Each with the item that tells of it."""
    for record in event["Records"]:
        images = (record["dynamodb"].get(image, {}) for image in ("OldImage", "NewImage"))
        old, new = ({name: read(value) for name, value in image.items()} for image in images)
        if new:
            yield from ((phase, new) for phase in changes(old, new))
