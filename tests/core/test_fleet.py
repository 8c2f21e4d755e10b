"""How far a fleet is with the release."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viridian.core.errors import CandidateNotReady
from viridian.core.evidence.alarms import AlarmStates
from viridian.core.evidence.health import Health
from viridian.core.fleet import Observation, Readiness, readiness

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


@given(st.booleans(), st.floats(0, 1000), st.integers(30, 600))
def test_time_runs_out_only_for_what_is_not_ready(
    is_ready: bool, waited: float, timeout: int
) -> None:
    found = Readiness(is_ready, "0 of 2")
    if is_ready or waited < timeout:
        found.require_time_left(waited_seconds=waited, timeout_seconds=timeout)
        return

    with pytest.raises(CandidateNotReady, match=f"not ready after {timeout} s: 0 of 2"):
        found.require_time_left(waited_seconds=waited, timeout_seconds=timeout)


@pytest.mark.parametrize("waited", [120, 120.5])
def test_the_last_second_belongs_to_the_refusal(waited: float) -> None:
    with pytest.raises(CandidateNotReady):
        Readiness(False, "").require_time_left(waited_seconds=waited, timeout_seconds=120)
