"""PhaseChanged: what the table's stream has is told to all."""

import json
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer

from tests.core.test_phase import DECISION, ENDED, RECORD
from tests.fakes import FakeBus
from tests.handlers.conftest import CONTEXT
from viridian.core.errors import NotTold
from viridian.handlers.events.phase_changed import handler

pytestmark = pytest.mark.filterwarnings("ignore:This metric doesn't meet the requirements")
"""CloudWatch would skip what is so old."""


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


def test_a_phase_is_a_metric_of_its_service_at_its_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Viridian")

    handler({"Records": [record(DECISION)]}, CONTEXT, FakeBus())

    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [metric] = [line for line in printed if "_aws" in line]
    assert (metric["CandidatePercent"], metric["service"]) == ([50], "shop")
    [declared] = metric["_aws"]["CloudWatchMetrics"]
    assert (declared["Namespace"], declared["Dimensions"]) == ("Viridian", [["service"]])
    assert declared["Metrics"] == [{"Name": "CandidatePercent", "Unit": "Percent"}]
    assert metric["_aws"]["Timestamp"] == 1_793_534_400_000


def test_what_the_bus_does_not_take_is_tried_again() -> None:
    bus = FakeBus(error="ThrottlingException")

    with pytest.raises(NotTold, match="ThrottlingException"):
        handler({"Records": [record(RECORD)]}, CONTEXT, bus)
