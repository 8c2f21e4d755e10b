"""How a candidate's requests are compared: with the service's limits, and with live beside it."""

from dataclasses import dataclass, replace
from math import sqrt

from viridian.core.evidence.requests import Requests, Traffic
from viridian.core.service.settings import AlarmSettings

RECENT_PERIODS = 3
"""The rolling window: in a long step, a fault that begins late is not lost in what went well."""

FEWEST_FAILED = 4
"""Requests that must have failed before a candidate does: fewer of few may be chance."""

PERIODS_BEFORE = 5
"""Of live before a shift, to know it by in the last step, in which it has no traffic."""

LIKENESS = 1.5
"""Live does as badly when the candidate's figure is at most so many times its own."""

DEVIATIONS = 5
"""Standard deviations from live beyond which a difference is none of chance, at a hundred looks."""

LEAST_DIFFERENCE = 0.2
"""Of the rate allowed: a difference below is certain with enough requests, and does not matter."""


@dataclass(frozen=True)
class Window:
    """Both sides' requests, in the same periods unless live has none in them."""

    candidate: Requests
    live: Requests
    limits: AlarmSettings

    @classmethod
    def of(
        cls,
        candidate: Traffic,
        live: Traffic,
        limits: AlarmSettings,
        *,
        is_newest_known: bool = False,
    ) -> tuple["Window", ...]:
        """The whole step, and its newest periods."""
        recent = candidate.recent(at_least=RECENT_PERIODS, requests=limits.minimum_requests)
        ours = [
            candidate.requests(
                starts, open_share=limits.open_share, is_newest_known=is_newest_known
            )
            for starts in (candidate.starts, recent)
        ]
        theirs = [_beside(live, starts, limits) for starts in (candidate.starts, recent)]
        return tuple(cls._compared(*both, limits) for both in zip(ours, theirs, strict=True))

    @classmethod
    def _compared(cls, ours: Requests, theirs: Requests, limits: AlarmSettings) -> "Window":
        """What live leaves unanswered too is not held against the candidate."""
        usual = ours.count * theirs.unanswered / theirs.count if theirs.count else 0
        ours = replace(ours, unanswered=max(0, ours.unanswered - usual))
        return cls(ours, theirs, limits)

    @property
    def is_over(self) -> bool:
        """Whether more of the candidate's requests failed than the service's rate allows."""
        return 100 * self.candidate.failed > self.limits.error_rate_percent * self.candidate.count

    @property
    def is_failing(self) -> bool:
        """Whether enough requests came, and too many failed or certainly more than live's."""
        minimum, failed = self.limits.minimum_requests, self.candidate.failed
        if self.candidate.count < minimum or failed < FEWEST_FAILED:
            return False
        live_share = self.live.share if self.live.count >= minimum else 0
        is_like_live = self.candidate.share <= LIKENESS * live_share
        return (self.is_over and not is_like_live) or self._is_certainly_worse

    @property
    def _is_certainly_worse(self) -> bool:
        """Whether the same rate on both sides would be a great chance, and the difference matters.

        With one rate for both, the candidate's failures have this mean and deviation.
        """
        ours, theirs = self.candidate, self.live
        if theirs.count < self.limits.minimum_requests:
            return False
        both = ours.count + theirs.count
        expected = ours.count * (ours.failed + theirs.failed) / both
        surplus = ours.failed - expected
        least = LEAST_DIFFERENCE * self.limits.error_rate_percent / 100
        return ours.share - theirs.share > least and surplus > DEVIATIONS * sqrt(
            expected * theirs.count / both
        )

    def __str__(self) -> str:
        return f"candidate {self.candidate}, live {self.live}"


def _beside(live: Traffic, starts: frozenset[float], limits: AlarmSettings) -> Requests:
    """Live's requests in these periods; without enough in them, in its newest ones with some."""
    found = live.requests(starts, open_share=limits.open_share)
    if found.count >= limits.minimum_requests:
        return found
    newest = live.recent(at_least=PERIODS_BEFORE, requests=limits.minimum_requests)
    return live.requests(newest, open_share=limits.open_share)


def is_slow(candidate: Traffic, live: Traffic, limits: AlarmSettings) -> bool:
    """Whether answers were too slow two periods in a row or more, of enough requests.

    It is not when live was as slow in the newest of them.
    """
    slow = candidate.slow(limits.latency_p99_seconds)
    if len(slow) < 2 or sum(period.requests for period in slow) < limits.minimum_requests:
        return False
    beside = next((p.slowest for p in live.periods if p.start == slow[0].start), 0.0)
    return slow[0].slowest > LIKENESS * beside
