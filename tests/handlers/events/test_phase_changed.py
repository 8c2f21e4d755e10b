"""PhaseChanged: what the table's stream has is told to all."""

from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer

from tests.core.test_phase import DECISION, ENDED, RECORD
from tests.fakes import FakeBus
from tests.handlers.conftest import CONTEXT
from viridian.core.errors import NotTold
from viridian.handlers.events.phase_changed import handler


def record(new: dict[str, Any] | None, old: dict[str, Any] | None = None) -> dict[str, Any]:
    """A record of the stream; without a new image an item was removed."""
    write = TypeSerializer().serialize
    images = {"NewImage": new, "OldImage": old}
    return {
        "dynamodb": {
            name: {key: write(value) for key, value in image.items()}
            for name, image in images.items()
            if image is not None
        }
    }


def test_all_that_a_batch_has_is_told_in_its_order() -> None:
    bus = FakeBus()
    batch = [record(RECORD), record(DECISION), record(ENDED, RECORD), record(None, DECISION)]

    assert handler({"Records": batch}, CONTEXT, bus) == {"told": 3}
    assert [phase.phase for phase in bus.told] == ["admitted", "shifted", "ended"]


def test_what_the_bus_does_not_take_is_tried_again() -> None:
    bus = FakeBus(error="ThrottlingException")

    with pytest.raises(NotTold, match="ThrottlingException"):
        handler({"Records": [record(RECORD)]}, CONTEXT, bus)
