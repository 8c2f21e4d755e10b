"""The bus: events as others get them, and what it says of those that it did not take."""

import json
from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import Stubber

from tests.fakes import FakeBus
from viridian.adapters.bus import MOST_AT_ONCE, Bus
from viridian.core.errors import NotTold
from viridian.core.phase import DETAIL_TYPE, SCHEMA, Phase

AT = "2026-11-01T12:00:00.000Z"
PHASE = Phase(SCHEMA, "shop-1/shifted", "shifted", "shop", "shop-1", "1.1.0", AT, 50)
ENTRY = {
    "Time": datetime(2026, 11, 1, 12, tzinfo=UTC),
    "Source": "viridian",
    "DetailType": DETAIL_TYPE,
    "Detail": json.dumps(PHASE.detail),
}


def test_a_phase_is_an_event_of_its_time_in_calls_of_ten(session: None) -> None:
    events = boto3.client("events")
    with Stubber(events) as answers:
        for count in (MOST_AT_ONCE, 1):
            taken = {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}] * count}
            answers.add_response("put_events", taken, {"Entries": [ENTRY] * count})

        Bus(events).tell([PHASE] * (MOST_AT_ONCE + 1))

        answers.assert_no_pending_responses()


def test_the_account_s_own_bus_takes_it(aws: None) -> None:
    Bus.from_session().tell([PHASE])


@pytest.mark.parametrize("kind", ["aws", "fake"])
def test_one_that_was_not_taken_is_an_error(kind: str, session: None) -> None:
    events = boto3.client("events")
    refused = {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
    answer = {"FailedEntryCount": 1, "Entries": [{"EventId": "1"}, refused]}
    bus = FakeBus(error="ThrottlingException") if kind == "fake" else Bus(events)
    with Stubber(events) as answers:
        answers.add_response("put_events", answer)
        with pytest.raises(NotTold, match="1 events, the first for ThrottlingException"):
            bus.tell([PHASE, PHASE])
