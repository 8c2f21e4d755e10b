"""What is known of a candidate in one step."""

from dataclasses import dataclass

from viridian.core.evidence.alarms import AlarmStates
from viridian.core.evidence.requests import Traffic

PERIODS_TO_END = 3
"""Whole periods after the first shift in which an alarm from before it may still be in ALARM: one
to see that all is well, one until it is evaluated, and one in reserve."""


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
