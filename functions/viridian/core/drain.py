"""The drain: when a side whose weight is 0 may lose capacity, and how fast.

By evidence, after a floor of time: the newest period of which the other side's metrics tell began
after the floor, and in it this side was asked nothing. Metrics that tell of neither side are no
evidence. An Application Load Balancer counts requests by target group, but its connections only as
a whole: what is open longer than the drain (a WebSocket) has the deregistration delay to end in.
"""

from viridian.core.errors import SideDraining
from viridian.core.evidence.requests import Traffic

SHRINKING = 2
"""A batch takes half of what there is: a thousand tasks are at rest after ten."""


def require_drained(
    side: Traffic, other: Traffic, *, waited_seconds: float, timeout_seconds: int
) -> None:
    """Raise SideDraining while the side may still be asked something; not after its time is over.

    Both in the whole periods since the floor: a load balancer that still asks a side whose weight
    is 0 does so for seconds, so one that seems to after minutes is not worth its capacity.
    """
    if waited_seconds >= timeout_seconds:
        return
    known = max(other.starts | side.starts, default=None)
    if known is None:
        raise SideDraining("no metrics of a whole period since the drain floor yet")
    asked = side.since(known).periods
    if any(period.requests for period in asked):
        raise SideDraining(f"{asked[0].requests:g} requests in the newest period, with weight 0")


def drain_attributes(seconds: int) -> list[dict[str, str]]:
    """How long a target that leaves may still answer, as a target group's attributes."""
    return [{"Key": "deregistration_delay.timeout_seconds", "Value": str(seconds)}]


def next_size(size: int, resting_count: int) -> int:
    """The size after the next batch."""
    return max(resting_count, size // SHRINKING)
