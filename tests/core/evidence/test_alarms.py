"""What CloudWatch says of the watched alarms, and what it does not say."""

import pytest

from viridian.core.errors import CandidateFailing, PreflightFailed
from viridian.core.evidence.alarms import AlarmStates


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


NOON = 1_793_534_400


def test_an_alarm_from_before_a_shift_is_told_apart_only_when_that_is_known() -> None:
    seen = {"a": NOON - 60, "b": NOON, "d": NOON - 60}
    states = dict.fromkeys("abc", "ALARM") | {"d": "OK"}

    found = AlarmStates(("a", "b", "c", "d"), states, seen)
    assert found.firing_from_before(NOON + 0.9) == ["a"]


def test_at_the_first_shift_only_alarms_about_the_boot_may_fire() -> None:
    found = AlarmStates(("a", "b"), {"a": "ALARM", "b": "OK"}, {"a": NOON - 60})
    found.require_quiet(since=NOON)

    for loud in (found, AlarmStates(("a",), {"a": "ALARM"})):
        with pytest.raises(CandidateFailing, match="in ALARM: a"):
            loud.require_quiet(since=NOON - 60)
