"""What lies before a deployment: the machine's own waits added up, and who is asked."""

from typing import Any

from tests.core.shop import BUNDLE_RELEASE, REGISTRATION, SCALED, SETTINGS, asking, target_of
from viridian.core.course import (
    Span,
    after_promotion,
    asked,
    bake,
    overlap_hours,
    until_promoted,
)
from viridian.core.decision import Next, decide
from viridian.core.deployment import Deployment
from viridian.core.hook import GRACE_SECONDS
from viridian.core.release.request import Request
from viridian.core.service.registration import Registration
from viridian.core.verdict import Finding, Verdict

BAKES = Span(12 + 90 + 12 + 20 + 3 * 2, 12 + 90 + 12 + 20 + 3 * 30)
"""Of 10 s periods: the last step is watched two longer; 2 s settle, 30 s are patience."""


def deployment(settings: dict[str, Any], *hooks: str) -> Deployment:
    known = {**REGISTRATION, "settings": settings, "hooks": [target_of(name) for name in hooks]}
    registration = Registration.from_dict(known)
    request = Request("shop", "1.1.0")
    return Deployment.admitted("plan", request, registration, BUNDLE_RELEASE, at="12:00")


def test_a_step_is_decided_on_within_its_span_by_the_machine_s_own_rule() -> None:
    plan = deployment(SETTINGS)
    settings, step = plan.registration.settings, plan.steps[2]
    span, period = bake(step, settings), settings.alarms.period_seconds
    until = 1_000 - step.watch_seconds(period) % period  # whose bake ends as a period does

    def next_of(finding: Finding, seconds: float) -> Next:
        verdict, now = Verdict(finding, ""), until + seconds
        return decide(verdict, step, shifted_at=until, now=now, settings=settings).next

    assert step.seen_at(until, period) == until + span.least
    assert next_of(Finding.HEALTHY, span.least) is Next.ADVANCE
    assert next_of(Finding.UNKNOWN, span.most - 1) is Next.WATCH
    assert next_of(Finding.UNKNOWN, span.most) is Next.RESTORE


def test_until_the_promotion_all_bakes_and_at_most_the_wait_to_be_ready_are_waited() -> None:
    assert until_promoted(deployment(SETTINGS)) == BAKES + Span(0, 120)


def test_whoever_is_asked_may_take_their_time_each_as_often_as_asked() -> None:
    hooks = [
        {"name": "load", "at": "after_ready", "timeout_seconds": 120},
        {"name": "each", "at": "after_step", "timeout_seconds": 30},
        {"name": "late", "at": "after_promotion", "timeout_seconds": 900},
    ]
    people = [{"name": "go", "at": "before_shift", "deadline_seconds": 600, "percent": 50}]
    plan = deployment(asking(*hooks, approvals=people), "load", "each", "late")
    waits = 120 + 3 * 30 + 600 + 5 * GRACE_SECONDS

    assert until_promoted(plan) == BAKES + Span(0, 120 + waits)
    assert after_promotion(plan) == Span(600 + 5, 900 + GRACE_SECONDS + 5 + 120)
    assert [(each.percent, each.question.key) for each in asked(plan)] == [
        (10, "load"),
        (10, "each-10"),
        (50, "go"),
        (50, "each-50"),
        (100, "each-100"),
        (100, "late"),
    ]


def test_people_who_decide_on_what_stays_unknown_may_be_asked_at_every_step() -> None:
    given = {**SETTINGS, "on_unknown": "ask", "unknown_deadline_seconds": 60}

    assert until_promoted(deployment(given)) == BAKES + Span(0, 120 + 3 * (60 + GRACE_SECONDS))


def test_the_overlap_is_of_the_tasks_that_no_side_at_rest_has() -> None:
    plan = deployment(SCALED)
    hours = (BAKES + Span(600 + 5, 120 + 600 + 5 + 120)).times(1 / 3600)

    assert overlap_hours(plan, 2) == hours
    assert overlap_hours(plan, 1) == overlap_hours(plan, 0) == Span()
