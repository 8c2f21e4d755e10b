"""What lies before a deployment by its plan and its service's settings: how long each part takes,
who is asked, and how long both sides are kept at full size.

Seconds of waiting: what functions and ECS take comes besides, and so do a turn that is waited for,
a pause and a stop.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from viridian.core.deployment import Deployment
from viridian.core.hook import GRACE_SECONDS, Question, Subject, doubt
from viridian.core.plan import SETTLING_SHARE, Step
from viridian.core.service.hooks import OF_STEPS, Point
from viridian.core.service.settings import Settings


@dataclass(frozen=True)
class Span:
    """Seconds, or what they cost: at least and at most."""

    least: float = 0
    most: float = 0

    def __add__(self, other: "Span") -> "Span":
        return Span(self.least + other.least, self.most + other.most)

    def times(self, factor: float) -> "Span":
        """So many times as much."""
        return Span(self.least * factor, self.most * factor)


@dataclass(frozen=True)
class Asked:
    """A question, and the share of the step that it is first asked at; 0 before any."""

    percent: int
    question: Question


def bake(step: Step, settings: Settings) -> Span:
    """From a step's shift to the decision: when its evidence can be there soonest, and when it has
    stayed Unknown for as long as it may.
    """
    period = settings.alarms.period_seconds
    watched = step.watch_seconds(period)
    return Span(watched + SETTLING_SHARE * period, watched + settings.unknown_patience_seconds)


def asked(deployment: Deployment) -> list[Asked]:
    """What is asked on the way and after the promotion, each once, in its order."""
    found: dict[str, Asked] = {}
    for point, percent in _points(deployment):
        for group in Subject(deployment, "", point, percent, "").questions():
            for question in group:
                found.setdefault(question.key, Asked(percent, question))
    return list(found.values())


def until_promoted(deployment: Deployment) -> Span:
    """From the preparation to the promotion: all bakes; at most also the wait to be ready, and
    everybody who is asked.
    """
    settings = deployment.registration.settings
    questions = [each.question for each in asked(deployment)]
    if settings.on_unknown == "ask":
        questions += [doubt(settings, step.percent) for step in deployment.steps]
    waits = [q.seconds + GRACE_SECONDS for q in questions if q.at != Point.AFTER_PROMOTION]
    bakes = sum((bake(step, settings) for step in deployment.steps), Span())
    return bakes + Span(0, settings.prepare_timeout_seconds + sum(waits))


def after_promotion(deployment: Deployment) -> Span:
    """From the promotion until the former live is let go; the next deployment may end it sooner."""
    settings = deployment.registration.settings
    waits = [
        each.question.seconds + GRACE_SECONDS
        for each in asked(deployment)
        if each.question.at == Point.AFTER_PROMOTION
    ]
    kept = Span(settings.standby_seconds, max([settings.standby_seconds, *waits]))
    return kept + Span(
        settings.drain_seconds, settings.drain_seconds + settings.drain_timeout_seconds
    )


def overlap_hours(deployment: Deployment, size: int) -> Span:
    """Hours of tasks beyond those that live and a side at rest take together anyway."""
    twice = size - deployment.registration.settings.resting_count
    whole = until_promoted(deployment) + after_promotion(deployment)
    return whole.times(max(0, twice) / 3600)


def _points(deployment: Deployment) -> Iterator[tuple[Point, int]]:
    yield Point.BEFORE_PREPARE, 0
    for index, step in enumerate(deployment.steps):
        first = [Point.AFTER_READY] if index == 0 else []
        yield from ((point, step.percent) for point in (*first, *OF_STEPS))
    yield Point.AFTER_PROMOTION, 100
