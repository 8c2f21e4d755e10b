"""The verdict on a candidate, and what the machine does next.

"It is bad", "we cannot tell" and "it is well" are three facts: Unknown is never healthy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from viridian.core.evidence.health import firing, missing
from viridian.core.plan import watch_slice


class State(StrEnum):
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
class Requests:
    """Requests to one side and its 5xx answers in one window; None where no metric came."""

    count: float | None
    errors: float | None

    def __str__(self) -> str:
        if self.count is None:
            return "no data"
        return f"{self.errors or 0:.0f} of {self.count:.0f} failed"


@dataclass(frozen=True)
class Evidence:
    """What is known at decision time: both sides over the same window."""

    alarms: Mapping[str, str]
    watched_alarms: tuple[str, ...]
    candidate: Requests
    live: Requests
    minimum_requests: int
    error_rate_percent: float

    @property
    def is_over_error_rate(self) -> bool:
        """Whether enough requests reached the candidate and too many of them failed."""
        count, errors = self.candidate.count or 0, self.candidate.errors or 0
        return count >= self.minimum_requests and 100 * errors > self.error_rate_percent * count


@dataclass(frozen=True)
class Verdict:
    """A judgement with the numbers it compared."""

    state: State
    reason: str


def judge(evidence: Evidence) -> Verdict:
    """Judge a candidate: an alarm fails it, a gap in the evidence leaves it unknown.

    Failed requests fail it too, by the rate of the standing alarm: over a metric of one point a
    minute that alarm is minutes late, and until then it says OK.
    """
    compared = f"candidate {evidence.candidate}, live {evidence.live}"
    if names := firing(evidence.alarms, evidence.watched_alarms):
        return Verdict(State.FAILING, f"in ALARM: {', '.join(names)}")
    if evidence.is_over_error_rate:
        allowed = f"wanted at most {evidence.error_rate_percent:g} % failed"
        return Verdict(State.FAILING, f"{allowed}: {compared}")
    if names := missing(evidence.alarms, evidence.watched_alarms):
        return Verdict(State.UNKNOWN, f"alarms not found: {', '.join(names)}")
    if names := [n for n in evidence.watched_alarms if evidence.alarms[n] != "OK"]:
        return Verdict(State.UNKNOWN, f"alarms without data: {', '.join(names)}")
    if (evidence.candidate.count or 0) < evidence.minimum_requests:
        wanted = f"wanted {evidence.minimum_requests} requests to the candidate"
        return Verdict(State.UNKNOWN, f"{wanted}: {compared}")
    return Verdict(State.HEALTHY, compared)


@dataclass(frozen=True)
class Decision:
    """What to do next; `watch_seconds` is the next wait when the answer is to watch."""

    next: Next
    watch_seconds: int


def decide(
    verdict: Verdict,
    *,
    baked_seconds: float,
    bake_seconds: int,
    patience_seconds: int,
    period_seconds: int,
) -> Decision:
    """Turn a verdict into the next move.

    Advance needs a Healthy verdict and the whole bake. Unknown may last `patience_seconds` past
    the bake and is then restored; meanwhile one metric period, or what is left of the patience,
    passes between two looks. Waits are whole seconds: a bake may end half a second early.
    """
    remaining = bake_seconds - baked_seconds
    if verdict.state is State.FAILING:
        return Decision(Next.RESTORE, 0)
    if verdict.state is State.UNKNOWN and remaining + patience_seconds <= 0:
        return Decision(Next.RESTORE, 0)
    if verdict.state is State.UNKNOWN:
        patience_left = remaining + patience_seconds
        wanted = max(remaining, period_seconds)
        return Decision(Next.WATCH, watch_slice(min(wanted, patience_left)))
    if remaining > 0.5:
        return Decision(Next.WATCH, watch_slice(remaining))
    return Decision(Next.ADVANCE, 0)
