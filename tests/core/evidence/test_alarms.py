"""What CloudWatch says of the watched alarms, and what it does not say."""

import json
from typing import Any

import pytest

from viridian.core.errors import CandidateFailing, PreflightFailed
from viridian.core.evidence.alarms import LATER, AlarmChange, AlarmStates


def of(**states: str) -> AlarmStates:
    """The states of alarms a and s, of which s is shared."""
    return AlarmStates(("a", "s"), states)


def test_alarms_are_told_apart_by_what_cloudwatch_answered() -> None:
    states = {"a": "ALARM", "b": "OK", "c": "INSUFFICIENT_DATA", "e": "NEW_STATE", "other": "ALARM"}
    found = AlarmStates(("a", "b", "c", "d", "e"), states)

    assert (found.firing, found.without_data, found.missing) == (["a"], ["c", "e"], ["d"])


def test_one_that_fires_is_not_quiet() -> None:
    of(a="OK").require_quiet()

    with pytest.raises(CandidateFailing, match=r"^in ALARM: s$"):
        of(a="OK", s="ALARM").require_quiet()


@pytest.mark.parametrize("states", [("OK", "INSUFFICIENT_DATA"), ("ALARM", "OK")])
def test_new_ones_without_data_and_the_idle_side_s_are_no_obstacle(states: tuple[str, str]) -> None:
    """The idle side may be in ALARM until the release is on it."""
    of(a=states[0], s=states[1]).require_clear(["s"])


def test_one_that_is_not_there_could_not_stop_a_deployment() -> None:
    with pytest.raises(PreflightFailed, match="alarms not found: s"):
        of(a="OK").require_clear(["s"])


def test_a_shared_one_that_fires_already_would_send_no_event_again() -> None:
    with pytest.raises(PreflightFailed, match="already in ALARM: s"):
        of(a="OK", s="ALARM").require_clear(["s"])


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

    assert AlarmChange.from_event(told).seen_at == NOON + 120


def test_without_evaluated_points_it_is_counted_from_the_first() -> None:
    told = event(**DATES, period=60, recentDatapoints=[7.0, 9.0])

    assert AlarmChange.from_event(told).seen_at == NOON + 60


@pytest.mark.parametrize(
    "told",
    [
        {k: v for k, v in event().items() if k != "state"},
        event(queryDate="2026-11-01T12:05:39.751+0000", recentDatapoints=[], period=60),
        {**event(), "state": ""},
        {**event(), "state": {"reasonData": "not JSON"}},
        {**event(), "state": {"reasonData": "[1]"}},
        event(evaluatedDatapoints=[{"timestamp": "soon", "value": 1.0}]),
    ],
)
def test_what_does_not_tell_what_it_saw_is_taken_for_what_it_sees_now(told: dict[str, Any]) -> None:
    assert AlarmChange.from_event(told).seen_at == NOON + 340


def test_an_event_without_a_time_counts_as_after_any_shift() -> None:
    assert AlarmChange.from_event({**event(at="12:00"), "state": {}}).seen_at == LATER


def test_an_alarm_from_before_a_shift_is_told_apart_only_when_that_is_known() -> None:
    seen = {"a": NOON - 60, "b": NOON, "d": NOON - 60}
    states = dict.fromkeys("abc", "ALARM") | {"d": "OK"}

    found = AlarmStates(("a", "b", "c", "d"), states, seen)
    assert found.firing_from_before(NOON + 0.9) == ["a"]
