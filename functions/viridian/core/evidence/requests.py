"""The requests that a side got, and how they were answered, as the load balancer counted them.

`RequestCount` has every request for which a target was chosen, `HTTPCode_Target_*` only what
targets answered. What lies between no target answered: the load balancer itself said 502 or 504, or
the client went first (460). CloudWatch knows those of a load balancer only, so what a side left
unanswered is the difference.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

P99_REQUESTS = 1_000
"""From so many requests on a p99 is more than the chance of a few slow ones: of a hundred it is the
slowest. It is the number (10 / (1 - 0.99)) from which CloudWatch itself takes a p99 to be certain.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
"""


@dataclass(frozen=True)
class Period:
    """One whole period of a side in which requests came; `start` in epoch seconds.

    `answered` is without the 5xx, and `refused` those of it with a 4xx. `unreached` are connections
    that a target did not take. `p50` to `p99` are of the seconds to an answer, None when nothing
    was answered; `p50` and `p95` are for people alone.
    """

    start: float
    requests: float
    answered: float
    errors: float = 0
    unreached: float = 0
    p90: float | None = None
    p99: float | None = None
    refused: float = 0
    p50: float | None = None
    p95: float | None = None

    @property
    def slowest(self) -> float:
        """The p99, or the p90 of fewer requests than a p99 needs; 0 when nothing was answered."""
        return (self.p99 if self.requests >= P99_REQUESTS else self.p90) or 0

    @property
    def unanswered(self) -> float:
        """Requests without any answer of a target."""
        return max(0, self.requests - self.answered - self.errors)


@dataclass(frozen=True)
class Requests:
    """The requests of some periods: how many, with a 5xx, without an answer, with a 4xx.

    A 4xx is the client's fault, unless live gives fewer of them to the same clients.
    """

    count: float
    errors: float
    unanswered: float = 0
    refused: float = 0

    @property
    def failed(self) -> float:
        """Those that were not answered well."""
        return self.errors + self.unanswered

    @property
    def share(self) -> float:
        """The share of those that failed, 0 when there were none."""
        return self.failed / self.count if self.count else 0

    def __str__(self) -> str:
        silent = f", {self.unanswered:.0f} unanswered" if self.unanswered else ""
        return f"{self.failed:.0f} of {self.count:.0f} failed{silent}" if self.count else "no data"


@dataclass(frozen=True)
class Traffic:
    """What is known of one side: whole periods, oldest first. One that is not there is unknown."""

    periods: tuple[Period, ...]

    def requests(
        self, starts: Collection[float], *, open_share: float, is_newest_known: bool = False
    ) -> Requests:
        """The requests of the periods with these starts.

        Counts of one period may come one by one, so the newest shows no lack of answers unless it
        is taken for known: only one that has another behind it does. `open_share` of a period's
        requests may still be on their way when it ends: their answers are counted in the next.
        """
        chosen = [period for period in self.periods if period.start in starts]
        settled = [p for p in chosen if is_newest_known or p is not self.periods[-1]]
        still_open = open_share * settled[-1].requests if settled else 0
        unanswered = max(0, _sum(p.unanswered for p in settled) - still_open)
        return Requests(
            _sum(max(p.requests, p.answered + p.errors) for p in chosen),
            _sum(p.errors for p in chosen),
            max(unanswered, _sum(p.unreached for p in chosen)),
            _sum(p.refused for p in chosen),
        )

    @property
    def starts(self) -> frozenset[float]:
        """When its periods began."""
        return frozenset(period.start for period in self.periods)

    def since(self, seconds: float) -> "Traffic":
        """The traffic of the periods that began then or later."""
        return Traffic(tuple(period for period in self.periods if period.start >= seconds))

    def recent(self, *, at_least: int, requests: int) -> frozenset[float]:
        """Starts of the newest periods: so many, and more until they hold so many requests."""
        chosen: set[float] = set()
        count = 0.0
        for period in reversed(self.periods):
            if len(chosen) >= at_least and count >= requests:
                break
            chosen.add(period.start)
            count += period.requests
        return frozenset(chosen)

    def slow(self, seconds: float) -> list[Period]:
        """The newest periods without a gap that are slower than these seconds, newest first."""
        found: list[Period] = []
        for period in reversed(self.periods):
            if period.slowest <= seconds:
                break
            found.append(period)
        return found


def _sum(numbers: Iterable[float]) -> float:
    return sum(numbers, 0.0)
