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


LEAST_REFUSED = 1.0
"""The same of requests answered with a 4xx, which one client with many may cause alone."""


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
        is_worse = self._is_certainly_more(failed, self.live.failed, LEAST_DIFFERENCE)
        return (self.is_over and not is_like_live) or is_worse

    @property
    def is_refusing(self) -> bool:
        """Whether enough requests came, and certainly more than live's were answered with a 4xx."""
        is_enough = self.candidate.count >= self.limits.minimum_requests
        refused = self.candidate.refused, self.live.refused
        return is_enough and self._is_certainly_more(*refused, LEAST_REFUSED)

    def _is_certainly_more(self, ours: float, theirs: float, least: float) -> bool:
        """Whether the same rate on both sides would be a great chance, and the difference matters:
        `least`, of the rate allowed.

        With one rate for both, so many of the candidate's have this mean and deviation.
        """
        count, live_count = self.candidate.count, self.live.count
        if live_count < self.limits.minimum_requests:
            return False
        expected = count * (ours + theirs) / (count + live_count)
        deviation = sqrt(expected * live_count / (count + live_count))
        difference = ours / count - theirs / live_count
        is_much = difference > least * self.limits.error_rate_percent / 100
        return is_much and ours - expected > DEVIATIONS * deviation

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
