"""The verdict on a candidate.

"It is bad", "we cannot tell" and "it is well" are three facts: Unknown is never healthy.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from viridian.core.errors import CandidateFailing, CandidateUnproven
from viridian.core.evidence.alarms import AlarmStates
from viridian.core.evidence.comparison import Window, is_slow
from viridian.core.evidence.requests import Traffic
from viridian.core.service.settings import AlarmSettings

PERIODS_TO_END = 3
"""Whole periods after the first shift in which an alarm from before it may still be in ALARM: one
to see that all is well, one until it is evaluated, and one in reserve."""


class Finding(StrEnum):
    """The three verdicts, best first."""

    HEALTHY = "Healthy"
    UNKNOWN = "Unknown"
    FAILING = "Failing"


@dataclass(frozen=True)
class Verdict:
    """A judgement with the numbers it compared."""

    finding: Finding
    reason: str

    @property
    def failure(self) -> dict[str, str]:
        """The words in which a deployment ends that this verdict turns back."""
        is_failing = self.finding is Finding.FAILING
        error = CandidateFailing if is_failing else CandidateUnproven
        return {"Error": error.__name__, "Cause": self.reason}


@dataclass(frozen=True)
class Evidence:
    """What is known of a candidate in one step, and of live beside it and shortly before.

    It covers the step when the candidate's newest period ends after `until` (epoch seconds).
    """

    alarms: AlarmStates
    candidate: Traffic
    live: Traffic
    until: float
    first_shifted_at: float | None = None

    @property
    def firing(self) -> list[str]:
        """Alarms in ALARM that count: one from before the first shift has some periods to end."""
        is_young = len(self.candidate.periods) < PERIODS_TO_END
        return [a for a in self.alarms.firing if not (is_young and a in self.early)]

    @property
    def early(self) -> list[str]:
        """Alarms in ALARM by what they saw before the first shift, if this is its step."""
        at = self.first_shifted_at
        return [] if at is None else self.alarms.firing_from_before(at)

    def covers(self, period_seconds: int) -> bool:
        """Whether what is known reaches to the end of the step, not the clock alone."""
        newest = self.candidate.periods[-1:]
        return any(period.start + period_seconds >= self.until for period in newest)


def judge(evidence: Evidence, limits: AlarmSettings) -> Verdict:
    """Judge a candidate: what is bad fails it, a gap in the evidence leaves it unknown.

    The alarms are asked and the metrics judged: over metrics of one point a minute an alarm is
    late, and it is silent about a period with few requests.
    """
    windows = Window.of(evidence.candidate, evidence.live, limits)
    for reason in _failures(evidence, windows, limits):
        return Verdict(Finding.FAILING, reason)
    for reason in _doubts(evidence, windows, limits):
        return Verdict(Finding.UNKNOWN, reason)
    return Verdict(Finding.HEALTHY, str(windows[0]))


def _failures(
    evidence: Evidence, windows: tuple[Window, ...], limits: AlarmSettings
) -> Iterator[str]:
    if evidence.firing:
        yield f"in ALARM: {', '.join(evidence.firing)}"
    for window in windows:
        if window.is_failing:
            yield f"wanted at most {limits.error_rate_percent:g} % failed, as live: {window}"
    if is_slow(evidence.candidate, evidence.live, limits):
        yield f"{_slowness(evidence, limits)}, two periods in a row"


def _doubts(
    evidence: Evidence, windows: tuple[Window, ...], limits: AlarmSettings
) -> Iterator[str]:
    if evidence.early:
        yield f"in ALARM since before the first shift: {', '.join(evidence.early)}"
    if evidence.alarms.missing:
        yield f"alarms not found: {', '.join(evidence.alarms.missing)}"
    if evidence.alarms.without_data:
        yield f"alarms without data: {', '.join(evidence.alarms.without_data)}"
    if windows[0].candidate.count < limits.minimum_requests:
        yield f"wanted {limits.minimum_requests} requests to the candidate: {windows[0]}"
    if not evidence.covers(limits.period_seconds):
        yield f"the metrics do not reach to the end of the step yet: {windows[0]}"
    for window in windows:
        if window.is_over:
            yield f"more than {limits.error_rate_percent:g} % failed, for now: {window}"
    yield from _doubts_of_the_newest(evidence, limits)


def _doubts_of_the_newest(evidence: Evidence, limits: AlarmSettings) -> Iterator[str]:
    """The newest period alone fails nobody, but it must not be what a promotion rests on."""
    for newest in evidence.candidate.periods[-1:]:
        allowed = limits.error_rate_percent / 100 + limits.open_share
        if newest.unanswered > allowed * newest.requests:
            yield f"{newest.unanswered:.0f} of the newest {newest.requests:.0f} are unanswered"
        if newest.slowest > limits.latency_p99_seconds:
            yield _slowness(evidence, limits)


def _slowness(evidence: Evidence, limits: AlarmSettings) -> str:
    ours, theirs = (
        ", ".join(f"{period.slowest:g} s" for period in side.periods[-1:]) or "no data"
        for side in (evidence.candidate, evidence.live)
    )
    wanted = f"wanted answers within {limits.latency_p99_seconds:g} s"
    return f"{wanted}: candidate {ours}, live {theirs}"
