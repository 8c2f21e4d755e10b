"""The modelled load balancer: who is asked how often, how it answers, and what is counted."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp, inf, sqrt
from random import Random

from viridian.core.evidence.requests import Period

USUAL_ERRORS = 0.001
"""The share of 5xx on a side in which nothing is wrong."""

USUAL_SLOWNESS = 0.002
"""The share of its answers above the p99 allowed: it keeps to it, five times over."""


@dataclass(frozen=True)
class Fault:
    """What a bad release does to its requests, as shares of them.

    A request without an answer makes no 5xx of the load balancer here: its client goes first. That
    is the hardest case; one that waits for the 504 fires the shared alarm besides.
    """

    name: str
    errors: float = 0
    unanswered: float = 0
    refused: float = 0
    slow: float = 0

    @property
    def share(self) -> float:
        """The share of requests that it hurts."""
        return self.errors + self.unanswered + self.refused + self.slow


NONE = Fault("nothing")


@dataclass
class Counts:
    """What one side got in one period so far."""

    requests: int = 0
    errors: int = 0
    unanswered: int = 0
    refused: int = 0
    slow: int = 0

    def period(self, start: float, limit_seconds: float) -> Period:
        """As CloudWatch has it; a percentile is above the limit if so many answers are."""
        answers = self.requests - self.unanswered - self.refused
        p90, p99 = (
            limit_seconds * (3 if self.slow > answers * share else 0.3) if answers else None
            for share in (0.1, 0.01)
        )
        good = answers - self.errors
        return Period(start, self.requests, good, self.errors, self.refused, p90, p99)


@dataclass
class Balancer:
    """Requests at random, split by the weights of each moment; times in seconds."""

    per_second: float
    period: int
    chance: Random
    fault: Fault = NONE
    begins_at: float = inf
    moves: list[tuple[float, float]] = field(default_factory=list)
    _counted: dict[tuple[str, float], Counts] = field(default_factory=dict)

    def counts(self, role: str, start: float) -> Counts:
        """What a side got in the period that begins then. Ask once it is over."""
        if (role, start) not in self._counted:
            counts = Counts()
            for seconds, share, is_bad in self._stretches(start, start + self.period):
                percent = share if role == "candidate" else 1 - share
                fault = self.fault if is_bad and role == "candidate" else NONE
                self._add(counts, self.per_second * percent * seconds, fault)
            self._counted[role, start] = counts
        return self._counted[role, start]

    def hurt(self, until: float) -> float:
        """Requests that the fault has hurt by then, on average."""
        times = (b for b in self._stretches(self.begins_at, until) if b[2])
        asked = sum(self.per_second * seconds * share for seconds, share, _ in times)
        return asked * self.fault.share

    def _stretches(self, start: float, end: float) -> Iterator[tuple[float, float, bool]]:
        """Seconds, the candidate's share, and whether it is bad, while neither changes."""
        changes = {start, end, *(at for at, _ in self.moves), self.begins_at}
        times = sorted(at for at in changes if start <= at <= end)
        for at, until in pairwise(times):
            share = next((s for moved_at, s in reversed(self.moves) if moved_at <= at), 0.0)
            yield until - at, share, at >= self.begins_at

    def _add(self, counts: Counts, expected: float, fault: Fault) -> None:
        requests = _poisson(expected, self.chance)
        counts.requests += requests
        for name, share in (
            ("unanswered", fault.unanswered),
            ("refused", fault.refused),
            ("errors", fault.errors + USUAL_ERRORS),
            ("slow", fault.slow + USUAL_SLOWNESS),
        ):
            happened = min(requests, _part(requests, share, self.chance))
            setattr(counts, name, getattr(counts, name) + happened)
            requests -= happened if name != "slow" else 0


def _part(of: int, share: float, chance: Random) -> int:
    """How many of so many, each by this chance."""
    if share <= 0 or share >= 1:
        return of if share else 0
    if of < 200:
        return sum(chance.random() < share for _ in range(of))
    if share * of < 20:
        return _poisson(share * of, chance)
    return max(0, min(of, round(chance.gauss(share * of, sqrt(of * share * (1 - share))))))


def _poisson(mean: float, chance: Random) -> int:
    if mean > 50:
        return max(0, round(chance.gauss(mean, sqrt(mean))))
    limit, product, count = exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count
