"""The verdict on a candidate, and what the machine does next.

"It is bad", "we cannot tell" and "it is well" are three facts: Unknown is never healthy.
"""

from dataclasses import dataclass
from enum import StrEnum

from viridian.core.errors import CandidateFailing, CandidateUnproven
from viridian.core.evidence.alarms import AlarmStates
from viridian.core.evidence.requests import Requests
from viridian.core.plan import watch_slice
from viridian.core.service.settings import Settings


class Finding(StrEnum):
    """The three verdicts, best first."""

    HEALTHY = "Healthy"
    UNKNOWN = "Unknown"
    FAILING = "Failing"


class Next(StrEnum):
    """What the machine does after a verdict."""

    ADVANCE = "Advance"
    WATCH = "Watch"
    RESTORE = "Restore"


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


def judge(
    alarms: AlarmStates, candidate: Requests, live: Requests, *, settings: Settings
) -> Verdict:
    """Judge a candidate: an alarm fails it, a gap in the evidence leaves it unknown.

    Both sides' requests are of the same window. Failed requests fail it too, by the rate of the
    standing alarm: over a metric of one point a minute that alarm is minutes late, and until then
    it says OK.
    """
    compared, limits = f"candidate {candidate}, live {live}", settings.alarms
    if alarms.firing:
        return Verdict(Finding.FAILING, f"in ALARM: {', '.join(alarms.firing)}")
    if candidate.is_over(limits.error_rate_percent, minimum_requests=limits.minimum_requests):
        allowed = f"wanted at most {limits.error_rate_percent:g} % failed"
        return Verdict(Finding.FAILING, f"{allowed}: {compared}")
    if alarms.missing:
        return Verdict(Finding.UNKNOWN, f"alarms not found: {', '.join(alarms.missing)}")
    if alarms.without_data:
        return Verdict(Finding.UNKNOWN, f"alarms without data: {', '.join(alarms.without_data)}")
    if (candidate.count or 0) < limits.minimum_requests:
        wanted = f"wanted {limits.minimum_requests} requests to the candidate"
        return Verdict(Finding.UNKNOWN, f"{wanted}: {compared}")
    return Verdict(Finding.HEALTHY, compared)


@dataclass(frozen=True)
class Decision:
    """What to do next; `watch_seconds` is the next wait when the answer is to watch."""

    next: Next
    watch_seconds: int


def decide(
    verdict: Verdict, *, baked_seconds: float, bake_seconds: int, settings: Settings
) -> Decision:
    """Turn a verdict into the next move.

    Advance needs a Healthy verdict and the whole bake. Unknown may last the service's patience
    past the bake and is then restored; meanwhile one metric period, or what is left of the
    patience, passes between two looks. Waits are whole seconds: a bake may end half a second early.
    """
    remaining = bake_seconds - baked_seconds
    patience_left = remaining + settings.unknown_patience_seconds
    if verdict.finding is Finding.FAILING:
        return Decision(Next.RESTORE, 0)
    if verdict.finding is Finding.UNKNOWN and patience_left <= 0:
        return Decision(Next.RESTORE, 0)
    if verdict.finding is Finding.UNKNOWN:
        wanted = max(remaining, settings.alarms.period_seconds)
        return Decision(Next.WATCH, watch_slice(min(wanted, patience_left)))
    if remaining > 0.5:
        return Decision(Next.WATCH, watch_slice(remaining))
    return Decision(Next.ADVANCE, 0)
