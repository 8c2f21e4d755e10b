"""The next move after a verdict."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.core.shop import settings
from viridian.core import decision as core
from viridian.core.decision import Decision, Next
from viridian.core.plan import LONGEST_BLINDNESS_SECONDS, Step
from viridian.core.verdict import Finding, Verdict

BADNESS = [Finding.HEALTHY, Finding.UNKNOWN, Finding.FAILING]
UNKNOWN = Verdict(Finding.UNKNOWN, "")
VERDICTS = st.sampled_from(BADNESS).map(lambda state: Verdict(state, ""))
TIMES: Any = st.fixed_dictionaries(
    {
        "now": st.floats(0, 100_000),
        "percent": st.sampled_from([10, 100]),
        "bake_seconds": st.integers(1, 86_400),
        "patience_seconds": st.integers(0, 3600),
        "period_seconds": st.sampled_from([10, 60, 300]),
    }
)
Times = dict[str, float]


def decide(
    verdict: Verdict,
    *,
    now: float,
    percent: float,
    bake_seconds: float,
    patience_seconds: float,
    period_seconds: float,
) -> Decision:
    """What is decided so long after the shift."""
    alarms = replace(settings().alarms, period_seconds=int(period_seconds))
    times = replace(settings(), unknown_patience_seconds=int(patience_seconds), alarms=alarms)
    step = Step(int(percent), int(bake_seconds))
    return core.decide(verdict, step, shifted_at=7.0, now=7.0 + now, settings=times)


def whole_step(times: Times) -> float:
    """The bake, and for the last step two periods more."""
    return times["bake_seconds"] + (2 * times["period_seconds"] if times["percent"] == 100 else 0)


@given(VERDICTS, TIMES)
def test_only_a_healthy_verdict_after_the_whole_step_advances(
    verdict: Verdict, times: Times
) -> None:
    advances = verdict.finding is Finding.HEALTHY and times["now"] >= whole_step(times) - 0.5

    assert (decide(verdict, **times).next is Next.ADVANCE) is advances


@given(VERDICTS, TIMES)
def test_a_wait_is_never_longer_than_the_longest_blindness(verdict: Verdict, times: Times) -> None:
    decision = decide(verdict, **times)
    if decision.next is Next.WATCH:
        assert 1 <= decision.watch_seconds <= LONGEST_BLINDNESS_SECONDS


@given(TIMES)
def test_failing_restores_at_any_time(times: Times) -> None:
    assert decide(Verdict(Finding.FAILING, ""), **times) == Decision(Next.RESTORE)


@given(TIMES)
def test_a_worse_verdict_never_gets_a_better_move(times: Times) -> None:
    moves = [Next.ADVANCE, Next.WATCH, Next.RESTORE]
    found = [moves.index(decide(Verdict(s, ""), **times).next) for s in BADNESS]

    assert found == sorted(found)


@given(VERDICTS, TIMES)
def test_every_step_ends(verdict: Verdict, times: Times) -> None:
    """Waiting as long as it is told to, the machine comes to an answer."""
    now, waits = 0.0, 0
    while (decision := decide(verdict, **{**times, "now": now})).next is Next.WATCH:
        now, waits = now + decision.watch_seconds, waits + 1

    assert waits <= 4 + (whole_step(times) + times["patience_seconds"]) / 10


@given(TIMES)
def test_a_step_that_stays_unknown_is_restored_when_its_patience_is_over(times: Times) -> None:
    """Waiting as long as it is told to, it is late by the rounding of its last waits only."""
    now = 0.0
    while (decision := decide(UNKNOWN, **{**times, "now": now})).next is Next.WATCH:
        now += decision.watch_seconds

    assert decision.next is Next.RESTORE
    over = whole_step(times) + times["patience_seconds"]
    assert over <= now <= over + 1


def test_an_unknown_step_is_looked_at_when_its_last_period_is_over_and_then_once_a_period() -> None:
    """Shifted 7 s into a period of 10 s and baked for 12 s, it ends in the one that ends at 20."""
    times: Times = {
        "percent": 10,
        "bake_seconds": 12,
        "patience_seconds": 30,
        "period_seconds": 10,
    }
    waits = [decide(UNKNOWN, now=now, **times).watch_seconds for now in (12, 15, 25, 38)]

    assert waits == [3, 10, 10, 4]
