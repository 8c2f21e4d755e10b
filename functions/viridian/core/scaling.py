"""What auto scaling may do with a side, by the part that the side plays.

    live, no deployment             free: what the service says
    live and candidate, until the   held: it may grow, never shrink, not below the size that the way
    standby window is over          back needs
    at rest                         nothing: its size is what Viridian gave it

Application Auto Scaling brings a service up to its minimum by itself, so that goes with each size;
its maximum is the stack's at any time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from viridian.core.schema import Limits, Rules

NAMESPACE, DIMENSION = "ecs", "ecs:service:DesiredCount"
"""How Application Auto Scaling calls what it scales."""
CAPACITY = Limits(1, 5000)
"""ECS's own quota of tasks a service."""


@dataclass(frozen=True)
class Bounds:
    """How large a side is at least, and which way it may be scaled from there."""

    least: int
    may_grow: bool = True
    may_shrink: bool = True


def _capacity_complaints(least: int, most: int) -> Iterator[tuple[str, str]]:
    if least > most:
        yield "min_capacity", f"must be at most max_capacity, found {least} and {most}"


@dataclass(frozen=True)
class Scaling:
    """The auto scaling of a service: the same policy on both sides."""

    RULES: ClassVar[Rules] = {("min_capacity", "max_capacity"): _capacity_complaints}

    min_capacity: Annotated[int, CAPACITY, "tasks at least, of the side that is live"]
    max_capacity: Annotated[int, CAPACITY, "tasks at most"]
    requests_per_target: Annotated[
        int, Limits(1, 1_000_000), "requests a minute that each task is kept at"
    ]

    def free(self) -> Bounds:
        """Of the side that is live while nothing is deployed."""
        return Bounds(self.min_capacity)

    def held(self, size: int) -> Bounds:
        """Of both sides while traffic may move between them."""
        return Bounds(min(size, self.max_capacity), may_shrink=False)

    def at_rest(self, size: int) -> Bounds:
        """Of the side that gets no traffic."""
        return Bounds(min(size, self.max_capacity), may_grow=False, may_shrink=False)
