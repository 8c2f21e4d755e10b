"""The looks of the standby window: few, and never blind for longer than was watched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viridian.core.evidence.alarms import AlarmStates
from viridian.core.lease import Holder, Lease
from viridian.core.standby import SHORTEST_LOOK_SECONDS, Look, StandbyNext, look

HOLDER = Holder("shop", "one", 1)
LEASE = Lease("shop", fence=1, deployment_id="one", phase="standby")
QUIET = AlarmStates(("a",), {"a": "OK"})
TWO_DAYS = 172_800


def at(watched_seconds: float, window: int = TWO_DAYS) -> Look:
    return look(LEASE, HOLDER, QUIET, watched_seconds=watched_seconds, window=window)


def test_two_days_take_about_a_dozen_looks() -> None:
    watched, looks = 0.0, 1
    while (seen := at(watched)).next is StandbyNext.WATCH:
        watched, looks = watched + seen.watch_seconds, looks + 1

    assert (watched, looks) == (TWO_DAYS, 14)


@given(st.floats(0, TWO_DAYS - 1), st.integers(1, TWO_DAYS))
def test_a_wait_is_no_longer_than_was_watched_and_ends_with_the_window(
    watched: float, window: int
) -> None:
    seen = at(watched, window)

    if seen.next is StandbyNext.WATCH:
        assert 1 <= seen.watch_seconds <= max(SHORTEST_LOOK_SECONDS, watched + 1)
        assert watched + seen.watch_seconds <= window + 0.5
    else:
        assert watched > window - 1


@pytest.mark.parametrize("state", ["INSUFFICIENT_DATA", "OK"])
def test_no_traffic_at_night_is_no_breach(state: str) -> None:
    quiet = AlarmStates(("a",), {"a": state})

    assert look(LEASE, HOLDER, quiet, watched_seconds=1, window=9).next is StandbyNext.WATCH
