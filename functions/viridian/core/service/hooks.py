"""Where a service has its deployments ask before they go on: hooks, and the approval of people.

A hook calls something of the service's own, which answers; an approval asks people. Both are asked
at a point of the deployment, and it waits there, watched, until they let it pass.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, log2
from typing import Annotated, ClassVar

from viridian.core.plan import PAUSED_LOOK_SECONDS, Step
from viridian.core.schema import Limits, Rules


class Point(StrEnum):
    """Where it is asked."""

    BEFORE_PREPARE = "before_prepare"
    AFTER_READY = "after_ready"
    BEFORE_SHIFT = "before_shift"
    AFTER_STEP = "after_step"
    AFTER_PROMOTION = "after_promotion"
    AFTER_RESTORE = "after_restore"


OF_STEPS = (Point.BEFORE_SHIFT, Point.AFTER_STEP)
"""Those that a deployment comes to again and again."""
ON_THE_WAY = (Point.BEFORE_PREPARE, Point.AFTER_READY, *OF_STEPS)
"""Those before the promotion."""

LONGEST_ASKED_SECONDS = 43_200
"""Twelve hours: how long one of them may take."""
LONGEST_TOGETHER_SECONDS = 86_400
"""A day: how long all of a deployment may take before it is promoted, one after the other."""
SHORTEST_LOOK_SECONDS = 5

NAME = Limits(
    pattern=r"[a-z][a-z0-9-]{0,31}",
    hint="a lower-case name of at most 32 letters, digits and hyphens",
)
OUTCOME = Limits(pattern="restore|advance", hint="restore or advance")
PERCENT = Limits(1, 100)
AT_MOST = Limits(0, 10, hint="at most 10 of them")
WHICH_STEP = (
    "with `before_shift` and `after_step`: it is asked once, at the first step whose share is at "
    "least this; at every step unless given"
)
RESERVED = "unknown"
"""The name under which people are asked about evidence that stays Unknown."""


def _percent_complaints(at: str, percent: int | None) -> Iterator[tuple[str, str]]:
    if percent is not None and at not in OF_STEPS:
        yield "percent", f"goes with {' and '.join(OF_STEPS)} alone, found {at}"


@dataclass(frozen=True)
class Hook:
    """A function, a workflow or an HTTPS endpoint that is asked; the stack says which."""

    RULES: ClassVar[Rules] = {("at", "percent"): _percent_complaints}

    name: Annotated[str, NAME, "what the stack, the record and its answers call it"]
    at: Annotated[
        str,
        Limits(pattern="|".join(Point), hint=f"one of {', '.join(Point)}"),
        "when it is asked. Up to `after_step` the deployment waits for it. After the promotion the "
        "former live is kept until it answered; after a restore nothing waits",
    ]
    timeout_seconds: Annotated[
        int,
        Limits(1, LONGEST_ASKED_SECONDS),
        "how long it may take; AWS ends a function after 900 and an HTTPS call after 60",
    ]
    percent: Annotated[int | None, PERCENT, WHICH_STEP] = None
    on_fail: Annotated[
        str,
        OUTCOME,
        "what its `fail` does: `restore` rejects the release before its first shift, takes the "
        "traffic back after it, and pages after a restore; `advance` is kept in the record alone",
    ] = "restore"
    on_inconclusive: Annotated[str, OUTCOME, "what its `inconclusive` does, likewise"] = "restore"
    on_no_answer: Annotated[
        str,
        OUTCOME,
        "what it does when it fails to answer in time, or answers with no verdict, likewise",
    ] = "restore"


@dataclass(frozen=True)
class Approval:
    """People who are asked; whoever may invoke the function Approve may answer for them."""

    RULES: ClassVar[Rules] = {("at", "percent"): _percent_complaints}

    name: Annotated[str, NAME, "what is asked for; no hook has it"]
    at: Annotated[
        str,
        Limits(pattern="|".join(ON_THE_WAY), hint=f"one of {', '.join(ON_THE_WAY)}"),
        "when they are asked, once the hooks there let it pass",
    ]
    deadline_seconds: Annotated[int, Limits(60, LONGEST_ASKED_SECONDS), "how long they have"]
    percent: Annotated[int | None, PERCENT, WHICH_STEP] = None
    on_no_answer: Annotated[
        str, OUTCOME, "what no answer in time does; a rejection always restores"
    ] = "restore"


def name_complaints(
    hooks: tuple[Hook, ...], approvals: tuple[Approval, ...]
) -> Iterator[tuple[str, str]]:
    """Which names are given twice, or are not to be had."""
    places = [(f"hooks[{index}].name", hook.name) for index, hook in enumerate(hooks)]
    places += [(f"approvals[{index}].name", each.name) for index, each in enumerate(approvals)]
    names: set[str] = {RESERVED}
    for place, name in places:
        if name in names:
            why = "is Viridian's own" if name == RESERVED else "is another's already"
            yield place, f"{name!r} {why}; give it another name"
        names.add(name)
    for place, name in places:
        of, _, percent = name.rpartition("-")
        if of in names and percent.isdigit():
            yield place, f"{name!r} is the key of {of!r} at a step; give it another name"


def asked_seconds(
    hooks: tuple[Hook, ...], approvals: tuple[Approval, ...], steps: tuple[Step, ...]
) -> list[int]:
    """How long each question on the way may take, for as often as it is asked."""
    given = [(each.at, each.percent, each.timeout_seconds) for each in hooks]
    given += [(each.at, each.percent, each.deadline_seconds) for each in approvals]
    return [
        seconds
        for at, percent, seconds in given
        if at in ON_THE_WAY
        for _ in (steps if at in OF_STEPS and percent is None else (None,))
    ]


def look_seconds(waited_seconds: float) -> int:
    """Until the next look for an answer: as long again as was waited, so an answer whose call got
    lost is late by half of its time at most; never longer than a pause is looked at.
    """
    return round(min(PAUSED_LOOK_SECONDS, max(SHORTEST_LOOK_SECONDS, waited_seconds)))


def most_looks_for(seconds: int) -> int:
    """Looks that one question may cost: they double, then they are as far apart as they may."""
    return (
        2
        + ceil(log2(PAUSED_LOOK_SECONDS / SHORTEST_LOOK_SECONDS))
        + ceil(seconds / PAUSED_LOOK_SECONDS)
    )
