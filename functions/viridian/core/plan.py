"""The plan: the ordered steps by which the candidate is given production traffic."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Annotated

from viridian.core.schema import Limits

LONGEST_BAKE_SECONDS = 86_400
"""A day: the longest that one step, and all steps together, may be watched: 1 440 looks."""

MOST_LOOKS = 1_600
"""A wait and the look after it cost about 13 history events: 20 800 of the 25 000 that AWS allows.

What is left is for 100 steps at most (10 events each), a pause and a stop (100 looks, 1 300), 50
controls that end a wait (650), an hour of direct restores (720), a drain (280), all other states.
An execution that reaches that limit ends without a Catch, and its traffic stays split.
"""

LONGEST_PAUSE_SECONDS = 28_800
"""Eight hours: how long a deployment may stand paused, and as long by a stop of everything."""

PAUSED_LOOK_SECONDS = 600
"""Between two looks at a deployment that would go on, were it not paused; alarms end the wait."""

LONGEST_BLINDNESS_SECONDS = 60
"""The longest wait between two looks at the evidence, should no alarm event come."""

HURRIED_LOOK_SECONDS = 5
"""Before the one look at a step whose bake was ended before it began."""

READY_WAIT_SECONDS = 20
"""The longest wait between two looks at a candidate that is not ready: AwaitCandidate's timeout."""

LAST_PERIODS = 2
"""Metric periods that the last step is watched beyond its bake: a p99 fails after two."""

SETTLING_SHARE = 0.2
"""Of a metric period, after its end: sooner not even metrics that come at once are there."""

STEPS = Limits(1, hint="at least one step")


@dataclass(frozen=True)
class Step:
    """One share of the traffic and how long it is watched."""

    percent: Annotated[int, Limits(1, 100), "the candidate's share; rising, the last 100"]
    bake_seconds: Annotated[
        int,
        Limits(1, LONGEST_BAKE_SECONDS),
        f"of watching; together at most {LONGEST_BAKE_SECONDS}, a day",
    ]

    def watch_seconds(self, period_seconds: int) -> int:
        """How long after its shift the evidence must reach: the bake, for the last step longer.

        Nothing watches after it, so a fault that began late in it must have time to show.
        """
        return self.bake_seconds + (LAST_PERIODS * period_seconds if self.percent == 100 else 0)

    def seen_at(self, shifted_at: float, period_seconds: int) -> float:
        """When the evidence can reach that far: soon after the end of the period it ends in."""
        until = shifted_at + self.watch_seconds(period_seconds)
        return (ceil(until / period_seconds) + SETTLING_SHARE) * period_seconds


def step_complaints(steps: tuple[Step, ...] | None) -> Iterator[tuple[str, str]]:
    """Where steps, if given, do not rise to 100, and whether they take too long together."""
    if steps is None:
        return
    for index, (before, step) in enumerate(pairwise(steps), 1):
        if step.percent <= before.percent:
            yield f"steps[{index}].percent", f"must be above {before.percent}"
    if steps[-1].percent != 100:
        yield f"steps[{len(steps) - 1}].percent", "the last step must be 100"
    total = sum(step.bake_seconds for step in steps)
    if total > LONGEST_BAKE_SECONDS:
        limit = f"together at most {LONGEST_BAKE_SECONDS} (a day)"
        yield "steps", f"bake_seconds must be {limit}, found {total}"


def most_looks(
    steps: tuple[Step, ...], *, prepare_seconds: int, patience_seconds: int, period_seconds: int
) -> int:
    """Looks that a deployment may need: until it is ready, in its bakes, and past each of them
    while the verdict is Unknown (one a metric period). Those for answers come besides."""
    watched = (step.watch_seconds(period_seconds) for step in steps)
    bakes = sum(ceil(seconds / LONGEST_BLINDNESS_SECONDS) for seconds in watched)
    unknown = ceil(patience_seconds / min(period_seconds, LONGEST_BLINDNESS_SECONDS))
    ready = ceil(prepare_seconds / READY_WAIT_SECONDS)
    return ready + bakes + len(steps) * (1 + unknown)


def watch_slice(remaining_seconds: float) -> int:
    """Seconds of the next wait: whole, at least 1, at most the longest blindness."""
    return max(1, min(LONGEST_BLINDNESS_SECONDS, round(remaining_seconds)))
