"""The verdict and the next move."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.core.shop import settings
from tests.core.strategies import ALARM_NAMES, STATES, Evidence, evidence
from viridian.core import verdict as core
from viridian.core.evidence.alarms import AlarmStates
from viridian.core.evidence.requests import Requests
from viridian.core.plan import LONGEST_BLINDNESS_SECONDS
from viridian.core.verdict import Decision, Finding, Next, Verdict

BADNESS = [Finding.HEALTHY, Finding.UNKNOWN, Finding.FAILING]
WELL = Evidence(
    alarms=dict.fromkeys(ALARM_NAMES, "OK"),
    candidate=Requests(100, 1),
    live=Requests(900, 9),
    minimum_requests=20,
    error_rate_percent=5,
)


def judge(found: Evidence) -> Verdict:
    limits = replace(
        settings().alarms,
        minimum_requests=found.minimum_requests,
        error_rate_percent=found.error_rate_percent,
    )
    return core.judge(
        AlarmStates(ALARM_NAMES, found.alarms),
        found.candidate,
        found.live,
        settings=replace(settings(), alarms=limits),
    )


def decide(
    verdict: Verdict,
    *,
    baked_seconds: float,
    bake_seconds: float,
    patience_seconds: float,
    period_seconds: float,
) -> Decision:
    times = replace(
        settings(),
        unknown_patience_seconds=int(patience_seconds),
        alarms=replace(settings().alarms, period_seconds=int(period_seconds)),
    )
    return core.decide(
        verdict, baked_seconds=baked_seconds, bake_seconds=int(bake_seconds), settings=times
    )


def badness(found: Evidence) -> int:
    return BADNESS.index(judge(found).finding)


def test_quiet_alarms_and_enough_good_requests_are_healthy() -> None:
    assert judge(WELL) == Verdict(
        Finding.HEALTHY, "candidate 1 of 100 failed, live 9 of 900 failed"
    )


@given(evidence, st.sampled_from(ALARM_NAMES))
def test_an_alarm_that_gets_worse_never_makes_a_verdict_better(found: Evidence, name: str) -> None:
    assume(name in found.alarms)
    verdicts = [badness(replace(found, alarms={**found.alarms, name: s})) for s in STATES]

    assert verdicts == sorted(verdicts)


@given(evidence, st.integers(0, 1000))
def test_more_failed_requests_never_make_a_verdict_better(found: Evidence, more: int) -> None:
    assume(found.candidate.count)
    count, errors = found.candidate.count or 0, found.candidate.errors or 0
    worse = replace(found, candidate=Requests(count, min(count, errors + more)))

    assert badness(worse) >= badness(found)


@given(evidence, st.sampled_from(ALARM_NAMES))
def test_an_alarm_that_is_missing_or_without_data_is_never_healthy(
    found: Evidence, name: str
) -> None:
    others = {n: state for n, state in found.alarms.items() if n != name}

    for alarms in (others, {**others, name: "INSUFFICIENT_DATA"}):
        assert badness(replace(found, alarms=alarms)) >= BADNESS.index(Finding.UNKNOWN)


@given(evidence, st.sampled_from(ALARM_NAMES))
def test_an_alarm_that_fires_is_failing_whatever_else_is_known(found: Evidence, name: str) -> None:
    verdict = judge(replace(found, alarms={**found.alarms, name: "ALARM"}))

    assert verdict.finding is Finding.FAILING
    assert name in verdict.reason


@given(evidence, st.none() | st.floats(0, 19.5))
def test_too_few_requests_are_never_healthy(found: Evidence, count: float | None) -> None:
    scarce = replace(found, candidate=Requests(count, None), minimum_requests=20)

    assert badness(scarce) >= BADNESS.index(Finding.UNKNOWN)


def test_no_metrics_at_all_are_unknown_and_say_so() -> None:
    silent = replace(WELL, candidate=Requests(None, None), live=Requests(None, None))

    assert judge(silent) == Verdict(
        Finding.UNKNOWN, "wanted 20 requests to the candidate: candidate no data, live no data"
    )


def test_a_missing_alarm_is_unknown_and_named() -> None:
    alarms = {name: "OK" for name in ALARM_NAMES if name != "elb-5xx"}

    assert judge(replace(WELL, alarms=alarms)) == Verdict(
        Finding.UNKNOWN, "alarms not found: elb-5xx"
    )


@pytest.mark.parametrize("alarms", [WELL.alarms, {}])
def test_failed_requests_over_the_rate_are_failing_before_any_alarm_says_so(
    alarms: dict[str, str],
) -> None:
    verdict = judge(replace(WELL, alarms=alarms, candidate=Requests(100, 6)))

    assert verdict == Verdict(
        Finding.FAILING,
        "wanted at most 5 % failed: candidate 6 of 100 failed, live 9 of 900 failed",
    )


def test_the_error_rate_itself_is_still_allowed() -> None:
    assert judge(replace(WELL, candidate=Requests(100, 5))).finding is Finding.HEALTHY


@pytest.mark.parametrize(
    ("finding", "error"),
    [(Finding.FAILING, "CandidateFailing"), (Finding.UNKNOWN, "CandidateUnproven")],
)
def test_a_verdict_that_turns_back_names_the_ending_s_error(finding: Finding, error: str) -> None:
    assert Verdict(finding, "3 of 4").failure == {"Error": error, "Cause": "3 of 4"}


def test_few_failed_requests_are_too_few_to_fail_on() -> None:
    assert judge(replace(WELL, candidate=Requests(19, 19))).finding is Finding.UNKNOWN


def test_the_numbers_compared_are_written_out() -> None:
    assert str(Requests(1_234_567, 1_000_001)) == "1000001 of 1234567 failed"


VERDICTS = st.sampled_from(BADNESS).map(lambda state: Verdict(state, ""))
SECONDS = st.floats(0, 100_000)
TIMES = st.fixed_dictionaries(
    {
        "baked_seconds": SECONDS,
        "bake_seconds": st.integers(1, 86_400),
        "patience_seconds": st.integers(0, 3600),
        "period_seconds": st.sampled_from([10, 60, 300]),
    }
)


@given(VERDICTS, TIMES)
def test_only_a_healthy_verdict_after_the_whole_bake_advances(
    verdict: Verdict, times: dict[str, float]
) -> None:
    decision = decide(verdict, **times)
    if decision.next is Next.ADVANCE:
        assert verdict.finding is Finding.HEALTHY
        assert times["baked_seconds"] >= times["bake_seconds"] - 0.5


@given(VERDICTS, TIMES)
def test_a_wait_is_never_longer_than_the_longest_blindness(
    verdict: Verdict, times: dict[str, float]
) -> None:
    decision = decide(verdict, **times)
    if decision.next is Next.WATCH:
        assert 1 <= decision.watch_seconds <= LONGEST_BLINDNESS_SECONDS


@given(TIMES)
def test_failing_restores_at_any_time(times: dict[str, float]) -> None:
    failing = Verdict(Finding.FAILING, "")

    assert decide(failing, **times) == Decision(Next.RESTORE, 0)


@given(TIMES)
def test_a_worse_verdict_never_gets_a_better_move(times: dict[str, float]) -> None:
    moves = [Next.ADVANCE, Next.WATCH, Next.RESTORE]
    found = [moves.index(decide(Verdict(s, ""), **times).next) for s in BADNESS]

    assert found == sorted(found)


@given(TIMES)
def test_a_step_that_stays_unknown_is_watched_until_its_patience_is_over(
    times: dict[str, float],
) -> None:
    over = times["baked_seconds"] >= times["bake_seconds"] + times["patience_seconds"]
    decision = decide(Verdict(Finding.UNKNOWN, ""), **times)

    assert decision.next is (Next.RESTORE if over else Next.WATCH)


@given(VERDICTS, TIMES)
def test_every_step_ends(verdict: Verdict, times: dict[str, float]) -> None:
    """Waiting as long as it is told to, the machine comes to an answer."""
    baked, waits = 0.0, 0
    while True:
        decision = decide(verdict, **{**times, "baked_seconds": baked})
        if decision.next is not Next.WATCH:
            break
        baked, waits = baked + decision.watch_seconds, waits + 1

    assert waits <= 3 + (times["bake_seconds"] + times["patience_seconds"]) / 10


@given(TIMES)
def test_a_step_that_stays_unknown_is_restored_when_its_patience_is_over(
    times: dict[str, float],
) -> None:
    """Waiting as long as it is told to, it is late by the rounding of its last waits only."""
    baked = 0.0
    unknown = Verdict(Finding.UNKNOWN, "")
    while (d := decide(unknown, **{**times, "baked_seconds": baked})).next is Next.WATCH:
        baked += d.watch_seconds

    over = times["bake_seconds"] + times["patience_seconds"]
    assert over <= baked <= over + 1


def test_an_unknown_step_is_looked_at_again_after_one_metric_period() -> None:
    decision = decide(
        Verdict(Finding.UNKNOWN, ""),
        baked_seconds=12,
        bake_seconds=12,
        patience_seconds=30,
        period_seconds=10,
    )

    assert decision == Decision(Next.WATCH, 10)
