"""The verdict: what is bad fails a candidate, a gap in the evidence leaves it unknown."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.core.shop import settings
from tests.core.strategies import (
    ALARM_NAMES,
    NOON,
    PERIOD_SECONDS,
    STATES,
    UNTIL,
    Found,
    evidence,
)
from viridian.core import verdict as core
from viridian.core.evidence.alarms import AlarmStates
from viridian.core.evidence.requests import Period, Traffic
from viridian.core.evidence.step import Evidence
from viridian.core.verdict import Finding, Verdict

BADNESS = [Finding.HEALTHY, Finding.UNKNOWN, Finding.FAILING]


def side(*numbers: tuple[float, ...], slowest: float | None = 0.1) -> Traffic:
    """Periods from noon on, each with its requests, those answered well, and its 5xx."""
    found = []
    for index, (requests, answered, *errors) in enumerate(numbers):
        at = NOON + index * PERIOD_SECONDS
        found.append(Period(at, requests, answered, sum(errors), p90=slowest))
    return Traffic(tuple(found))


def with_slowest(traffic: Traffic, *seconds: float | None) -> Traffic:
    """The traffic, its newest periods with these p90, which count for so few requests."""
    older = traffic.periods[: -len(seconds)]
    newest = zip(traffic.periods[-len(seconds) :], seconds, strict=True)
    return Traffic((*older, *(replace(period, p90=slowest) for period, slowest in newest)))


GOOD = side(*[(100, 100)] * 5)
WELL = Found(
    alarms=dict.fromkeys(ALARM_NAMES, "OK"),
    candidate=GOOD,
    live=side(*[(900, 891, 9)] * 5),
    minimum_requests=20,
    error_rate_percent=5,
)


def judge(found: Found) -> Verdict:
    limits = replace(
        settings().alarms,
        period_seconds=PERIOD_SECONDS,
        minimum_requests=found.minimum_requests,
        error_rate_percent=found.error_rate_percent,
    )
    states = AlarmStates(ALARM_NAMES, found.alarms)
    return core.judge(Evidence(states, found.candidate, found.live, UNTIL), limits)


def finding(candidate: Traffic, live: Traffic = WELL.live) -> Finding:
    return judge(replace(WELL, candidate=candidate, live=live)).finding


def badness(found: Found) -> int:
    return BADNESS.index(judge(found).finding)


def test_quiet_alarms_and_good_requests_over_the_whole_step_are_healthy() -> None:
    assert judge(WELL) == Verdict(
        Finding.HEALTHY, "candidate 0 of 500 failed, live 45 of 4500 failed"
    )


class TestProperties:
    """What holds of any evidence."""

    @given(evidence, st.sampled_from(ALARM_NAMES))
    def test_an_alarm_that_gets_worse_never_makes_a_verdict_better(
        self, found: Found, name: str
    ) -> None:
        assume(name in found.alarms)
        verdicts = [badness(replace(found, alarms={**found.alarms, name: s})) for s in STATES]

        assert verdicts == sorted(verdicts)

    @given(evidence, st.integers(0, 5), st.integers(1, 100))
    @pytest.mark.parametrize(
        "worsen",
        [
            lambda p, n: replace(p, answered=p.answered - n, errors=p.errors + n),
            lambda p, n: replace(p, answered=p.answered - n),
            lambda p, n: replace(p, unreached=p.unreached + n),
        ],
        ids=["5xx", "unanswered", "unreached"],
    )
    def test_more_failed_requests_never_make_a_verdict_better(
        self, worsen: Callable[[Period, int], Period], found: Found, index: int, more: int
    ) -> None:
        periods = list(found.candidate.periods)
        assume(index < len(periods) and periods[index].answered >= more)
        periods[index] = worsen(periods[index], more)

        assert badness(replace(found, candidate=Traffic(tuple(periods)))) >= badness(found)

    @given(evidence, st.integers(0, 5))
    def test_less_evidence_never_makes_a_doubtful_candidate_healthy(
        self, found: Found, index: int
    ) -> None:
        """Without a period that was good throughout, a verdict is Healthy only if it was before.

        Live is the same all the time here: otherwise, in fewer periods, it might do worse.
        """
        found = replace(found, live=WELL.live)
        periods = found.candidate.periods
        assume(index < len(periods))
        gone = periods[index]
        assume(gone.answered == gone.requests and gone.slowest <= 1)
        fewer = Traffic(tuple(p for p in periods if p is not gone))

        if judge(replace(found, candidate=fewer)).finding is Finding.HEALTHY:
            assert judge(found).finding is Finding.HEALTHY

    @given(evidence, st.sampled_from(ALARM_NAMES), st.sampled_from(["INSUFFICIENT_DATA", None]))
    def test_an_alarm_that_says_nothing_or_is_missing_is_never_healthy(
        self, found: Found, name: str, state: str | None
    ) -> None:
        others = {n: s for n, s in found.alarms.items() if n != name}
        alarms = {**others, name: state} if state else others

        assert badness(replace(found, alarms=alarms)) >= BADNESS.index(Finding.UNKNOWN)

    @given(evidence, st.sampled_from(ALARM_NAMES))
    def test_an_alarm_that_fires_is_failing_whatever_else_is_known(
        self, found: Found, name: str
    ) -> None:
        verdict = judge(replace(found, alarms={**found.alarms, name: "ALARM"}))

        assert verdict.finding is Finding.FAILING
        assert name in verdict.reason

    @given(evidence)
    def test_evidence_that_does_not_reach_the_end_of_the_step_is_never_healthy(
        self, found: Found
    ) -> None:
        reaching = [p for p in found.candidate.periods if p.start + PERIOD_SECONDS < UNTIL]
        found = replace(found, candidate=Traffic(tuple(reaching)))

        assert badness(found) >= BADNESS.index(Finding.UNKNOWN)


class TestUnknown:
    """What is not known is not good."""

    def test_a_bake_that_is_over_while_its_metrics_are_still_to_come(self) -> None:
        """At a delay of 180 s a bake of 300 s had two minutes of data when it was over."""
        verdict = judge(replace(WELL, candidate=side((100, 100), (100, 100))))

        assert verdict.finding is Finding.UNKNOWN
        assert verdict.reason.startswith("the metrics do not reach to the end of the step yet")

    def test_no_metrics_at_all(self) -> None:
        assert judge(replace(WELL, candidate=side(), live=side())) == Verdict(
            Finding.UNKNOWN, "wanted 20 requests to the candidate: candidate no data, live no data"
        )

    def test_too_few_requests_in_all(self) -> None:
        assert finding(side(*[(3, 3)] * 5)) is Finding.UNKNOWN

    def test_few_requests_add_up_over_the_step(self) -> None:
        assert finding(side(*[(4, 4)] * 5)) is Finding.HEALTHY

    def test_a_missing_alarm_is_named(self) -> None:
        alarms = {name: "OK" for name in ALARM_NAMES if name != "elb-5xx"}

        assert judge(replace(WELL, alarms=alarms)) == Verdict(
            Finding.UNKNOWN, "alarms not found: elb-5xx"
        )

    def test_answers_of_the_newest_period_that_have_not_come_yet(self) -> None:
        """Counts of one period may come one by one: absent 5xx are not 0."""
        assert finding(side(*[(100, 100)] * 4, (100, 0))) is Finding.UNKNOWN


class TestFailing:
    """What is bad turns back."""

    def test_failed_requests_before_any_alarm_says_so(self) -> None:
        assert judge(replace(WELL, alarms={}, candidate=side(*[(20, 18, 2)] * 5))) == Verdict(
            Finding.FAILING,
            "wanted at most 5 % failed, as live: "
            "candidate 10 of 100 failed, live 45 of 4500 failed",
        )

    def test_a_candidate_that_hangs_on_every_request(self) -> None:
        """Requests are counted and no target answers: there is no 5xx and no time to be slow."""
        verdict = judge(replace(WELL, candidate=side((100, 0), (100, 0), slowest=None)))

        assert verdict.finding is Finding.FAILING
        assert "candidate 98 of 200 failed, 98 unanswered" in verdict.reason

    def test_a_candidate_to_which_no_connection_is_made(self) -> None:
        unreached = replace(side((100, 0)).periods[0], unreached=100)

        assert finding(Traffic((unreached,))) is Finding.FAILING

    def test_a_fault_that_begins_late_in_a_long_step(self) -> None:
        """12 of 6 000 are 0.2 %; of the newest 300 they are 12 %, of one side as of the other."""
        late = [(100, 88, 12)] * 2
        assert finding(side(*[(100, 100)] * 58, *late), live=side()) is Finding.FAILING

    def test_slow_answers_two_periods_in_a_row(self) -> None:
        verdict = judge(replace(WELL, candidate=with_slowest(GOOD, 1.5, 1.2)))

        assert verdict == Verdict(
            Finding.FAILING,
            "wanted answers within 1 s: candidate 1.2 s, live 0.1 s, two periods in a row",
        )

    def test_slow_answers_of_few_requests_in_as_many_periods_as_they_need(self) -> None:
        slow = side(*[(6, 6)] * 4, slowest=3)

        assert finding(Traffic(slow.periods[:3])) is Finding.UNKNOWN
        assert finding(slow) is Finding.FAILING

    def test_more_failures_than_live_below_the_rate_when_it_is_no_chance(self) -> None:
        three_percent = side(*[(100, 97, 3)] * 5)

        assert finding(three_percent, live=side(*[(900, 899, 1)] * 5)) is Finding.FAILING
        assert finding(three_percent, live=side(*[(900, 873, 27)] * 5)) is Finding.HEALTHY
        assert finding(three_percent, live=side()) is Finding.HEALTHY

    def test_more_4xx_than_live_gives_to_the_same_clients(self) -> None:
        assert finding(refusing(20), live=refusing(20, of=900)) is Finding.FAILING
        assert finding(refusing(100), live=side(*[(900, 900)] * 5)) is Finding.FAILING


def refusing(count: int, of: int = 100) -> Traffic:
    """So many of the requests of each period are answered with a 4xx."""
    good = side(*[(of, of)] * 5)
    return Traffic(tuple(replace(period, refused=count) for period in good.periods))


class TestChance:
    """What is none of the candidate's fault does not fail it."""

    def test_the_rate_itself_is_allowed(self) -> None:
        assert finding(side(*[(100, 95, 5)] * 5), live=side()) is Finding.HEALTHY

    def test_one_or_two_failures_of_few_are_watched_on(self) -> None:
        assert finding(side(*[(5, 5)] * 4, (5, 3, 2))) is Finding.UNKNOWN

    @pytest.mark.parametrize(("ours", "theirs"), [(20, 180), (4, 0), (24, 180), (9, 36)])
    def test_4xx_as_live_gives_them_are_the_clients(self, ours: int, theirs: int) -> None:
        assert finding(refusing(ours), live=refusing(theirs, of=900)) is Finding.HEALTHY

    def test_4xx_without_a_live_to_compare_with_say_nothing(self) -> None:
        assert finding(refusing(50), live=side()) is Finding.HEALTHY

    def test_one_slow_period_is_watched_on(self) -> None:
        assert finding(with_slowest(GOOD, 3)) is Finding.UNKNOWN
        assert finding(with_slowest(GOOD, 3, 0.1)) is Finding.HEALTHY

    @pytest.mark.parametrize("rate", [10, 14])
    def test_failing_as_live_does_neither_fails_nor_advances(self, rate: int) -> None:
        candidate = side(*[(100, 100 - rate, rate)] * 5)

        assert finding(candidate, live=side(*[(900, 810, 90)] * 5)) is Finding.UNKNOWN

    def test_being_slow_as_live_is_neither_fails_nor_advances(self) -> None:
        slow = with_slowest(GOOD, 3, 3)

        assert finding(slow, live=with_slowest(WELL.live, 2.5)) is Finding.UNKNOWN
        assert finding(slow, live=with_slowest(WELL.live, 1.5)) is Finding.FAILING

    def test_requests_that_live_leaves_unanswered_too_are_the_service_s_way(self) -> None:
        candidate, live = side(*[(100, 80)] * 5), side(*[(900, 720)] * 5)

        assert finding(Traffic(candidate.periods[:4] + GOOD.periods[4:]), live) is Finding.HEALTHY

    def test_requests_on_their_way_at_the_end_of_a_period_are_not_unanswered(self) -> None:
        """1 of 60 seconds' requests may take the second that the p99 allows."""
        assert finding(side(*[(600, 590)] * 2, *[(600, 600)] * 3)) is Finding.HEALTHY


class TestFirstShift:
    """An alarm about the boot and the warm-up, which is told after the first shift."""

    def early(self, periods: int, first_shifted_at: float | None = NOON) -> Finding:
        states = AlarmStates(("green-p99",), {"green-p99": "ALARM"}, {"green-p99": int(NOON) - 60})
        known = Traffic(GOOD.periods[:periods])
        evidence = Evidence(states, known, WELL.live, UNTIL, first_shifted_at)
        return core.judge(evidence, replace(settings().alarms, period_seconds=60)).finding

    def test_it_is_watched_on(self) -> None:
        assert [self.early(periods) for periods in (0, 2)] == [Finding.UNKNOWN] * 2

    def test_one_that_does_not_end_soon_is_about_the_candidate(self) -> None:
        assert self.early(3) is Finding.FAILING

    def test_in_a_later_step_it_is_about_the_candidate(self) -> None:
        assert self.early(0, first_shifted_at=None) is Finding.FAILING


@pytest.mark.parametrize(
    ("found", "error"),
    [(Finding.FAILING, "CandidateFailing"), (Finding.UNKNOWN, "CandidateUnproven")],
)
def test_a_verdict_that_turns_back_names_the_ending_s_error(found: Finding, error: str) -> None:
    assert Verdict(found, "3 of 4").failure == {"Error": error, "Cause": "3 of 4"}
