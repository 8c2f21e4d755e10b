"""Health of targets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viridian.core.errors import RestoreHeld, SideUnhealthy
from viridian.core.evidence.health import Health

TARGETS = st.lists(
    st.sampled_from(["healthy", "unhealthy", "initial", "draining", "unused", "unavailable"])
)


@given(TARGETS, st.integers(0, 5))
def test_enough_is_the_wanted_number_of_healthy_targets_and_never_none(
    states: list[str], wanted: int
) -> None:
    healthy = states.count("healthy")

    assert Health.of("arn:x", states, wanted).is_enough == (healthy >= wanted and healthy > 0)


@given(TARGETS, st.integers(0, 5))
def test_targets_that_drain_do_not_count(states: list[str], wanted: int) -> None:
    assert Health.of("arn:x", [*states, "draining"], wanted) == Health.of("arn:x", states, wanted)


def test_no_targets_are_not_healthy_even_when_none_are_wanted() -> None:
    with pytest.raises(SideUnhealthy, match="wanted 1 healthy targets, found no targets in arn:x"):
        Health.of("arn:x", [], 0).require(SideUnhealthy)


def test_the_reason_states_the_comparison() -> None:
    health = Health.of("arn:x", ["healthy", "unhealthy", "unhealthy"], 3)

    assert health.reason == "wanted 3 healthy targets, found 1 healthy, 2 unhealthy"


def test_enough_healthy_targets_pass() -> None:
    Health.of("arn:x", ["healthy", "healthy", "draining"], 2).require(SideUnhealthy)


def test_what_is_missing_has_the_name_of_who_must_act_and_what_follows() -> None:
    with pytest.raises(RestoreHeld, match="found 1 unhealthy in arn:x; traffic was left"):
        Health.of("arn:x", ["unhealthy", "draining"], 1).require(RestoreHeld, "; traffic was left")
