"""The standing alarms as `viridian_cdk/alarms.py` defines them, over the newest periods."""

from collections.abc import Callable

from viridian.core.evidence.comparison import FEWEST_FAILED
from viridian.core.evidence.requests import Period
from viridian.core.service.settings import Settings


def _error_rate(periods: list[Period], settings: Settings) -> bool:
    limits = settings.alarms
    return any(
        period.requests >= limits.minimum_requests
        and period.errors >= FEWEST_FAILED
        and 100 * period.errors > limits.error_rate_percent * period.requests
        for period in periods[-1:]
    )


def _latency(periods: list[Period], settings: Settings) -> bool:
    limits = settings.alarms
    return all(
        period.requests >= limits.minimum_requests and period.slowest > limits.latency_p99_seconds
        for period in periods[-2:]
    )


def _elb_5xx(periods: list[Period], settings: Settings) -> bool:
    """A refused connection is a 502 of the load balancer; others of its own are not modelled."""
    return any(period.unreached > settings.alarms.elb_5xx_count for period in periods[-1:])


ALARMS: dict[str, Callable[[list[Period], Settings], bool]] = {
    "error rate": _error_rate,
    "latency": _latency,
    "load balancer 5xx": _elb_5xx,
}
