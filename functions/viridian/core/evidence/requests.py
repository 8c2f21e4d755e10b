"""The requests that a side got, as the load balancer counted them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Requests:
    """Requests to one side and its 5xx answers in one window; None where no metric came."""

    count: float | None
    errors: float | None

    def is_over(self, error_rate_percent: float, *, minimum_requests: int) -> bool:
        """Whether enough requests came and too many of them failed."""
        count, errors = self.count or 0, self.errors or 0
        return count >= minimum_requests and 100 * errors > error_rate_percent * count

    def __str__(self) -> str:
        if self.count is None:
            return "no data"
        return f"{self.errors or 0:.0f} of {self.count:.0f} failed"
