"""PhaseChanged: the table's stream tells that a deployment came to a phase: tell it to all.

What could not be told is tried again with all of its batch: consumers know a phase by its id.
"""

from collections.abc import Iterator
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from viridian.adapters.bus import Bus
from viridian.core.phase import Phase, changes
from viridian.runtime.telemetry import logger

account_bus = Bus.from_session()
read = TypeDeserializer().deserialize


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: object, bus: Bus = account_bus) -> dict[str, Any]:
    """Answer with how many were told."""
    told = list(_phases(event))
    bus.tell(told)

    for phase in told:
        logger.info("phase told", extra=phase.detail)
    return {"told": len(told)}


def _phases(event: dict[str, Any]) -> Iterator[Phase]:
    for record in event["Records"]:
        images = (record["dynamodb"].get(image, {}) for image in ("OldImage", "NewImage"))
        old, new = ({name: read(value) for name, value in image.items()} for image in images)
        if new:
            yield from changes(old, new)
