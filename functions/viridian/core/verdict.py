"""The verdict on a candidate.

"It is bad", "we cannot tell" and "it is well" are three facts: Unknown is never healthy.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from viridian.core.errors import CandidateFailing, CandidateUnproven
from viridian.core.evidence.comparison import Window, is_slow
from viridian.core.evidence.step import Evidence
from viridian.core.service.settings import AlarmSettings


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
        if window.is_refusing:
            ours, theirs = window.candidate, window.live
            yield (
                f"certainly more 4xx than live: candidate {ours.refused:.0f} of {ours.count:.0f}, "
                f"live {theirs.refused:.0f} of {theirs.count:.0f}"
            )
    if is_slow(evidence.candidate, evidence.live, limits):
        yield f"{_slowness(evidence, limits)}, two periods in a row"


def _doubts(
    evidence: Evidence, windows: tuple[Window, ...], limits: AlarmSettings
) -> Iterator[str]:
    """The newest period fails nobody alone, but it must not be what a promotion rests on."""
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
    ours, theirs = evidence.candidate, evidence.live
    for window in Window.of(ours, theirs, limits, is_newest_known=True):
        if window.is_over or window.is_failing:
            yield f"too many failed, for now: {window}"
    if any(period.slowest > limits.latency_p99_seconds for period in ours.periods[-1:]):
        yield _slowness(evidence, limits)


def _slowness(evidence: Evidence, limits: AlarmSettings) -> str:
    ours, theirs = (
        ", ".join(f"{period.slowest:g} s" for period in side.periods[-1:]) or "no data"
        for side in (evidence.candidate, evidence.live)
    )
    wanted = f"wanted answers within {limits.latency_p99_seconds:g} s"
    return f"{wanted}: candidate {ours}, live {theirs}"
