"""An alarm's event: which one, why, and by what it saw when."""

import json
import tracemalloc
from typing import Any

import pytest

from tests.core.test_schema import DEEP
from viridian.core.evidence.alarm_change import LATER, AlarmChange


def test_an_alarm_s_breach_says_which_when_and_why() -> None:
    change = AlarmChange.from_event(
        {"service": "shop", "alarm": "5xx", "reason": "9 > 5", "at": "12:00"}
    )

    assert change.service == "shop"
    assert change.breach == "5xx went into ALARM at 12:00: 9 > 5"


def event(at: str = "2026-11-01T12:05:40Z", **reason_data: Any) -> dict[str, Any]:
    """As EventBridge hands it over; noon is 1793534400."""
    state = {"value": "ALARM", "reason": "9 > 5", "reasonData": json.dumps(reason_data)}
    return {"service": "shop", "alarm": "5xx", "reason": "9 > 5", "at": at, "state": state}


NOON = 1_793_534_400
DATES = {
    "startDate": "2026-11-01T12:00:00.000+0000",
    "queryDate": "2026-11-01T12:05:39.751+0000",
}


def test_what_an_alarm_saw_is_the_newest_period_that_it_evaluated() -> None:
    points = [
        {"timestamp": "2026-11-01T12:03:00.000+0000"},
        {"timestamp": "2026-11-01T12:02:00.000+0000", "sampleCount": 9.0, "value": 9.0},
        {"timestamp": "2026-11-01T12:01:00.000+0000", "sampleCount": 9.0, "value": 7.0},
    ]
    told = event(**DATES, period=60, recentDatapoints=[7.0, 9.0], evaluatedDatapoints=points)

    assert AlarmChange.from_event(told).seen_at == NOON + 179


def test_without_evaluated_points_it_is_counted_from_the_first() -> None:
    told = event(**DATES, period=60, recentDatapoints=[7.0, 9.0])

    assert AlarmChange.from_event(told).seen_at == NOON + 119


@pytest.mark.parametrize(
    "told",
    [
        {k: v for k, v in event().items() if k != "state"},
        event(queryDate="2026-11-01T12:05:39.751+0000", recentDatapoints=[], period=60),
        {**event(), "state": ""},
        {**event(), "state": {"reasonData": "not JSON"}},
        {**event(), "state": {"reasonData": "[1]"}},
        event(period=60, evaluatedDatapoints=[{"timestamp": "soon", "value": 1.0}]),
        event(**DATES, recentDatapoints=[7.0, 9.0]),
        {**event(), "state": {"reasonData": "[" * 100_000}},
        event(**DATES, period=1e300, recentDatapoints=[7.0, 9.0]),
    ],
)
def test_what_does_not_tell_what_it_saw_is_taken_for_what_it_sees_now(told: dict[str, Any]) -> None:
    assert AlarmChange.from_event(told).seen_at == NOON + 340


def test_a_period_that_is_no_number_is_not_repeated_for_each_point() -> None:
    told = event(**DATES, period="x" * 10**4, recentDatapoints=[7.0] * 10**4)

    tracemalloc.start()
    assert AlarmChange.from_event(told).seen_at == NOON + 340
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak_bytes < 10**7


@pytest.mark.parametrize("odd", [None, 7, DEEP, {"a": [DEEP]}])
def test_a_reason_that_is_none_stops_no_breach(odd: Any) -> None:
    told = {"service": "shop", "alarm": "5xx", "reason": odd, "at": odd, "state": odd}

    assert AlarmChange.from_event(told) == AlarmChange("shop", "5xx", "", "", LATER)


def test_a_reason_is_kept_as_it_can_be_written_and_not_without_end() -> None:
    change = AlarmChange.from_event({**event(), "reason": "9 > 5 \ud800" + "x" * 10**5})

    assert change.reason.startswith("9 > 5 ?xx")
    assert len(change.reason) == 1_024


def test_an_event_without_a_time_counts_as_after_any_shift() -> None:
    for at in ("12:00", "2026-02-30T12:00:00Z", "0001-01-01T00:00:00"):
        assert AlarmChange.from_event({**event(at=at), "state": {}}).seen_at == LATER
