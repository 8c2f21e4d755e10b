"""How far a fleet is with the release."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viridian.core.errors import CandidateNotReady
from viridian.core.evidence.alarms import AlarmStates
from viridian.core.evidence.health import Health
from viridian.core.fleet import Observation, Readiness, is_crash_loop, readiness

NEW, OLD = "arn:task:2", "arn:task:1"
STEADY = Observation(NEW, rollouts=1, running=2, desired=2, failed=0)
HEALTHY = Health.of("arn", ["healthy", "healthy"], 2)


def ready(found: Observation, health: Health = HEALTHY, **alarms: str) -> Readiness:
    return readiness(found, health, AlarmStates(("a", "b"), alarms), revision=NEW)


def test_only_the_release_on_its_full_size_all_healthy_is_ready() -> None:
    assert ready(STEADY) == Readiness(True, "2 of 2 targets healthy")


@pytest.mark.parametrize(
    ("found", "health", "reason"),
    [
        (replace(STEADY, revision=OLD), HEALTHY, f"wanted {NEW}, found {OLD}"),
        (replace(STEADY, rollouts=2), HEALTHY, "2 of 2 running in 2 roll-outs"),
        (replace(STEADY, running=1), HEALTHY, "found 1 of 2 running"),
        (replace(STEADY, running=0, failed=3), HEALTHY, "in 1 roll-outs, 3 failed"),
        (replace(STEADY, running=3), HEALTHY, "found 3 of 2 running"),
        (replace(STEADY, desired=1, running=1), HEALTHY, "wanted 2 of .* found 1 of 1 running"),
        (STEADY, Health.of("arn", ["healthy", "initial"], 2), "found 1 healthy, 1 initial"),
        (STEADY, Health.of("arn", ["healthy"] * 3, 2), "found 3 healthy"),
        (STEADY, Health.of("arn", [], 2), "found no targets"),
    ],
)
def test_anything_less_is_not_ready_and_says_why(
    found: Observation, health: Health, reason: str
) -> None:
    readiness = ready(found, health)

    assert not readiness.is_ready
    assert re.search(reason, readiness.reason)


def test_a_watched_alarm_that_fires_keeps_it_from_being_ready() -> None:
    assert ready(STEADY, a="OK", b="ALARM") == Readiness(False, "in ALARM: b")


def test_an_alarm_that_is_not_watched_does_not_matter() -> None:
    assert ready(STEADY, other="ALARM").is_ready


def test_a_size_of_0_is_never_ready() -> None:
    assert not ready(replace(STEADY, running=0, desired=0), Health.of("arn", [], 0)).is_ready


NO_TROUBLE: Callable[[], tuple[str, ...]] = tuple


@given(st.booleans(), st.booleans(), st.floats(0, 1000), st.integers(30, 600))
def test_hope_ends_only_for_what_is_not_ready_with_its_time_or_its_crashes(
    is_ready: bool, is_crashing: bool, waited: float, timeout: int
) -> None:
    found = Readiness(is_ready, "0 of 2", is_crashing)

    def ask() -> None:
        found.require_hope(
            waited_seconds=waited, timeout_seconds=timeout, troubles=lambda: ("task 1", "task 2")
        )

    if is_ready or not (is_crashing or waited >= timeout):
        ask()
        return
    verdict = "it only crashes" if is_crashing else f"not ready after {timeout} s"
    with pytest.raises(CandidateNotReady, match=f"^{verdict}: 0 of 2\ntask 1\ntask 2$"):
        ask()


@pytest.mark.parametrize("found", [Readiness(True, "", True), Readiness(False, "")])
def test_troubles_are_asked_for_only_where_they_are_told(found: Readiness) -> None:
    def troubles() -> tuple[str, ...]:
        raise AssertionError("asked")

    found.require_hope(waited_seconds=119, timeout_seconds=120, troubles=troubles)


@pytest.mark.parametrize("waited", [120, 120.5])
def test_the_last_second_belongs_to_the_refusal(waited: float) -> None:
    with pytest.raises(CandidateNotReady):
        Readiness(False, "").require_hope(
            waited_seconds=waited, timeout_seconds=120, troubles=NO_TROUBLE
        )


@pytest.mark.parametrize(
    ("size", "fewest"), [(1, 3), (2, 3), (6, 3), (7, 4), (25, 13), (400, 200), (1000, 200)]
)
def test_a_crash_loop_is_half_of_the_size_within_ecs_s_own_bounds(size: int, fewest: int) -> None:
    assert not is_crash_loop(fewest - 1, size)
    assert is_crash_loop(fewest, size)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 1000))
def test_more_failures_never_give_more_hope(fewer: int, more: int, size: int) -> None:
    fewer, more = sorted((fewer, more))
    assert is_crash_loop(more, size) >= is_crash_loop(fewer, size)


@pytest.mark.parametrize(
    ("found", "is_crashing"),
    [
        (replace(STEADY, running=0, failed=2), False),
        (replace(STEADY, running=0, failed=3), True),
        (replace(STEADY, running=1, rollouts=2, failed=3), True),
        (replace(STEADY, revision=OLD, failed=3), False),
        (replace(STEADY, failed=3), False),
    ],
    ids=["too-few", "all", "beside-the-former", "of-the-former", "yet-ready"],
)
def test_only_the_release_s_own_failures_without_readiness_are_a_crash_loop(
    found: Observation, is_crashing: bool
) -> None:
    assert ready(found).is_crashing is is_crashing
