"""What the machine does after a verdict."""

from dataclasses import dataclass
from enum import StrEnum

from viridian.core.plan import Step, watch_slice
from viridian.core.service.settings import Settings
from viridian.core.verdict import Finding, Verdict


class Next(StrEnum):
    """What the machine does after a verdict."""

    ADVANCE = "Advance"
    WATCH = "Watch"
    RESTORE = "Restore"


@dataclass(frozen=True)
class Decision:
    """What to do next; `watch_seconds` is the next wait when the answer is to watch."""

    next: Next
    watch_seconds: int = 0


def decide(
    verdict: Verdict, step: Step, *, shifted_at: float, now: float, settings: Settings
) -> Decision:
    """Turn a verdict into the next move. Times are epoch seconds.

    Advance needs a Healthy verdict and the whole step. Unknown may last the service's patience past
    it and is then restored; meanwhile the end of the period in which the step ends, then one period
    after the other, is waited for. Waits are whole seconds: a step may end half a second early.
    """
    period = settings.alarms.period_seconds
    until = shifted_at + step.watch_seconds(period)
    unseen = step.seen_at(shifted_at, period) - now
    patience_left = until + settings.unknown_patience_seconds - now
    if verdict.finding is Finding.FAILING:
        return Decision(Next.RESTORE)
    if verdict.finding is Finding.UNKNOWN and patience_left <= 0:
        return Decision(Next.RESTORE)
    if verdict.finding is Finding.UNKNOWN:
        wanted = unseen if unseen > 0 else period
        return Decision(Next.WATCH, watch_slice(min(wanted, patience_left)))
    if until - now > 0.5:
        return Decision(Next.WATCH, watch_slice(unseen))
    return Decision(Next.ADVANCE)
