"""Health of targets and alarms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viridian.core.errors import SideUnhealthy
from viridian.core.evidence.health import Health, firing, missing

TARGETS = st.lists(
    st.sampled_from(["healthy", "unhealthy", "initial", "draining", "unused", "unavailable"])
)


@given(TARGETS, st.integers(0, 5))
def test_enough_is_the_wanted_number_of_healthy_targets_and_never_none(
    states: list[str], wanted: int
) -> None:
    healthy = states.count("healthy")

    assert Health.of(states, wanted).is_enough == (healthy >= wanted and healthy > 0)


@given(TARGETS, st.integers(0, 5))
def test_targets_that_drain_do_not_count(states: list[str], wanted: int) -> None:
    assert Health.of([*states, "draining"], wanted) == Health.of(states, wanted)


def test_no_targets_are_not_healthy_even_when_none_are_wanted() -> None:
    with pytest.raises(SideUnhealthy, match="wanted 1 healthy targets, found no targets in arn:x"):
        Health.of([], 0).require("arn:x")


def test_the_reason_states_the_comparison() -> None:
    health = Health.of(["healthy", "unhealthy", "unhealthy"], 3)

    assert health.reason == "wanted 3 healthy targets, found 1 healthy, 2 unhealthy"


def test_enough_healthy_targets_pass() -> None:
    Health.of(["healthy", "healthy", "draining"], 2).require("arn:x")


def test_alarms_are_told_apart_by_what_cloudwatch_answered() -> None:
    states = {"a": "ALARM", "b": "OK", "c": "INSUFFICIENT_DATA", "other": "ALARM"}

    assert firing(states, ["a", "b", "c", "d"]) == ["a"]
    assert missing(states, ["a", "b", "c", "d"]) == ["d"]
