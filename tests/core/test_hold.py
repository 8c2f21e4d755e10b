"""What keeps a deployment where it is, and what nothing keeps."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viridian.core.decision import Decision, Next
from viridian.core.errors import DeploymentPaused, EverythingStopped, PauseExpired
from viridian.core.hold import (
    Stop,
    controlled,
    first_watch_seconds,
    kept_seconds,
    require_may_begin,
    require_may_promote,
    require_may_retire,
    require_may_shift,
)
from viridian.core.lease import Lease
from viridian.core.plan import LONGEST_PAUSE_SECONDS, PAUSED_LOOK_SECONDS, Step

NOW = 1_800_000_000
LEASE = Lease("shop", fence=1, deployment_id="one", phase="deploying", candidate_percent=10)
PAUSED = replace(LEASE, paused="paused by alice: why", pause_ends=NOW + 3600)
HURRIED = replace(LEASE, hurried_percent=10)
STOP = Stop(NOW, "bob", "a flood", "request")
ADVANCE, RESTORE = Decision(Next.ADVANCE), Decision(Next.RESTORE)
DECISIONS = st.sampled_from([ADVANCE, RESTORE]) | st.builds(
    Decision, st.just(Next.WATCH), st.integers(1, 60)
)
LEASES = st.builds(
    replace,
    st.just(LEASE),
    paused=st.sampled_from([None, "paused by alice: why"]),
    pause_ends=st.integers(NOW, NOW + LONGEST_PAUSE_SECONDS),
    hurried_percent=st.sampled_from([0, 10, 100]),
)
STOPS = st.none() | st.builds(
    Stop, st.integers(NOW - 90_000, NOW), st.just(""), st.just(""), st.just("")
)
TIMES = st.floats(NOW, NOW + 2 * LONGEST_PAUSE_SECONDS)


@given(LEASES, STOPS, TIMES)
def test_nothing_keeps_a_deployment_from_going_back(
    lease: Lease, stop: Stop | None, now: float
) -> None:
    assert controlled(RESTORE, lease, stop, now=now) == RESTORE


@given(DECISIONS, LEASES, STOPS, TIMES)
def test_what_is_held_never_advances_and_is_held_for_eight_hours_at_most(
    decision: Decision, lease: Lease, stop: Stop | None, now: float
) -> None:
    is_held = lease.paused is not None or stop is not None
    ends = max(
        (lease.pause_ends or 0) if lease.paused else 0,
        stop.at + LONGEST_PAUSE_SECONDS if stop else 0,
    )
    if is_held and now >= ends and decision != RESTORE:
        with pytest.raises(PauseExpired):
            controlled(decision, lease, stop, now=now)
        return
    found = controlled(decision, lease, stop, now=now)
    if is_held:
        assert found.next is not Next.ADVANCE
    if found.next is Next.WATCH:
        assert 1 <= found.watch_seconds <= max(decision.watch_seconds, PAUSED_LOOK_SECONDS)


@given(DECISIONS, TIMES)
def test_a_lease_that_nobody_touched_changes_no_decision(decision: Decision, now: float) -> None:
    assert controlled(decision, LEASE, None, now=now) == decision


def test_a_bake_that_was_ended_advances_unless_it_fails_and_no_further_than_its_step() -> None:
    watch = Decision(Next.WATCH, 30)

    assert controlled(watch, HURRIED, None, now=NOW) == ADVANCE
    assert controlled(watch, replace(HURRIED, candidate_percent=50), None, now=NOW) == watch
    assert controlled(watch, replace(HURRIED, candidate_percent=0), None, now=NOW) == watch
    assert controlled(ADVANCE, replace(HURRIED, paused="", pause_ends=NOW + 9), None, now=NOW) == (
        Decision(Next.WATCH, 9)
    )


def test_a_step_whose_bake_was_ended_before_it_began_is_looked_at_soon() -> None:
    lease = replace(LEASE, hurried_percent=50)

    def seconds(step: Step) -> int:
        return first_watch_seconds(step, lease, shifted_at=1_004, period_seconds=10)

    assert seconds(Step(50, 30)) == 5
    assert seconds(Step(50, 2)) == 2


def test_the_first_look_at_a_step_is_when_the_metrics_can_tell_of_all_of_it() -> None:
    """Shifted 4 s into a period of 10 s, of which the metrics are there a fifth after its end."""

    def seconds(step: Step) -> int:
        return first_watch_seconds(step, LEASE, shifted_at=1_004, period_seconds=10)

    assert [seconds(Step(10, bake)) for bake in (2, 6, 7, 30)] == [8, 8, 18, 38]
    assert seconds(Step(100, 2)) == 28, "two periods more"
    assert seconds(Step(10, 3600)) == 60


def test_no_deployment_begins_while_everything_is_stopped_but_one_that_has_begun() -> None:
    with pytest.raises(EverythingStopped, match="everything was stopped by bob: a flood"):
        require_may_begin(LEASE, STOP, "two")
    require_may_begin(LEASE, STOP, "one")
    require_may_begin(LEASE, None, "two")


def test_a_move_that_was_allowed_before_is_finished_and_no_other_is_made() -> None:
    for lease, stop in ((PAUSED, None), (LEASE, STOP)):
        require_may_shift(lease, stop, percent=10, now=NOW)
        with pytest.raises(DeploymentPaused):
            require_may_shift(lease, stop, percent=50, now=NOW)
        with pytest.raises(DeploymentPaused):
            require_may_promote(lease, stop, now=NOW)
        require_may_promote(replace(lease, phase="standby"), stop, now=NOW)


def test_one_that_was_held_too_long_goes_back_instead_of_forward() -> None:
    with pytest.raises(PauseExpired, match="why; within 8 hours nobody let it go on"):
        require_may_shift(PAUSED, None, percent=50, now=NOW + 3600)


@given(LEASES, STOPS, TIMES)
def test_a_standby_is_kept_exactly_as_long_as_it_is_held(
    lease: Lease, stop: Stop | None, now: float
) -> None:
    standby = replace(lease, phase="standby")

    if kept_seconds(standby, stop, now=now) > 0:
        with pytest.raises(DeploymentPaused):
            require_may_retire(standby, stop, now=now)
    else:
        require_may_retire(standby, stop, now=now)
    require_may_retire(replace(lease, phase="closing"), stop, now=now)
