"""What target tracking does next: a decision on the metric's newest values. Pure.

As on AWS it adds capacity as soon as the metric is above its target, and takes some away only when
it was well below it for long, and every policy agrees. During a cooldown of scaling out, what was
added since it began counts as part of what is to be added.
https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

SCALE_IN_PERIODS = 5
SCALE_IN_SHARE = 0.9  # AWS's alarm that scales in stands so far below the target
COOLDOWN_SECONDS = 300.0  # AWS's default for ECS services


@dataclass(frozen=True)
class Policy:
    """`metric` names the target group and its load balancer by their dimensions."""

    metric: tuple[tuple[str, str], ...]
    target: float
    scale_out_cooldown: float = COOLDOWN_SECONDS
    scale_in_cooldown: float = COOLDOWN_SECONDS
    is_scale_in_disabled: bool = False


@dataclass(frozen=True)
class Target:
    """A service that is scaled: what it is, and what may be done to it."""

    minimum: int
    maximum: int
    current: int
    may_scale_out: bool = True
    may_scale_in: bool = True


@dataclass(frozen=True)
class History:
    """When it was last scaled, and how many there were when that cooldown began."""

    scaled_out_at: float = -math.inf
    scaled_in_at: float = -math.inf
    before_scaling_out: int = 0


Seen = tuple[Policy, Sequence[float]]
"""A policy and its metric, requests per target and minute, oldest first."""


def wanted_count(target: Target, policies: Sequence[Seen], history: History, now: float) -> int:
    """How many there shall be; the current count when nothing is to be done, or nothing known."""
    known = [(policy, values) for policy, values in policies if values]
    if target.may_scale_out and (out := _scale_out(target, known, history, now)):
        return out
    if target.may_scale_in and len(known) == len(policies):
        return _scale_in(target, known, history, now)
    return target.current


def after(
    history: History, target: Target, count: int, policies: Sequence[Seen], now: float
) -> History:
    """What is remembered of a change; scaling out ends the cooldown of scaling in."""
    if count < target.current:
        return History(history.scaled_out_at, now, history.before_scaling_out)
    cooldown = max((policy.scale_out_cooldown for policy, _values in policies), default=0.0)
    if now < history.scaled_out_at + cooldown:
        return History(history.scaled_out_at, before_scaling_out=history.before_scaling_out)
    return History(now, before_scaling_out=target.current)


def _scale_out(target: Target, known: Sequence[Seen], history: History, now: float) -> int | None:
    counts = []
    for policy, values in known:
        if values[-1] > policy.target:
            is_cooling = now < history.scaled_out_at + policy.scale_out_cooldown
            base = history.before_scaling_out if is_cooling else target.current
            counts.append(math.ceil(base * values[-1] / policy.target))
    count = _within(target, max(counts)) if counts else 0
    return count if count > target.current else None


def _scale_in(target: Target, known: Sequence[Seen], history: History, now: float) -> int:
    counts = []
    for policy, values in known:
        newest = values[-SCALE_IN_PERIODS:]
        is_cooling = now < history.scaled_in_at + policy.scale_in_cooldown
        is_low = len(newest) == SCALE_IN_PERIODS and max(newest) < policy.target * SCALE_IN_SHARE
        if policy.is_scale_in_disabled or is_cooling or not is_low:
            return target.current
        counts.append(math.ceil(target.current * max(newest) / policy.target))
    return min(target.current, _within(target, max(counts))) if counts else target.current


def _within(target: Target, count: int) -> int:
    return min(max(count, target.minimum), target.maximum)
