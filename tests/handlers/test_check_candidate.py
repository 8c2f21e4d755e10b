"""CheckCandidate: ready, not yet, or out of time."""

from typing import Any

import pytest

from tests.core.shop import GREEN, GREEN_FLEET, payload
from tests.handlers.conftest import Shop
from viridian.core.errors import CandidateNotReady
from viridian.handlers.check_candidate import Input, handler

STARTED_MS = 1_800_000_000_000
ARN = "arn:aws:ecs:task-definition/green:1"


@pytest.fixture
def ready(shop: Shop) -> Shop:
    """The candidate runs the release on live's two tasks."""
    shop.ecs.services[GREEN_FLEET].desired = shop.ecs.services[GREEN_FLEET].running = 2
    return shop


def check(shop: Shop, context: Any, waited_seconds: float = 1) -> dict[str, Any]:
    event = payload(Input, revision=ARN, since_ms=STARTED_MS, timeout_seconds=120)
    now = STARTED_MS / 1000 + waited_seconds
    return handler(event, context, shop.balancers, shop.alarms, shop.fleets, lambda: now)


def test_a_candidate_healthy_on_the_release_alone_is_ready(ready: Shop, context: Any) -> None:
    assert check(ready, context) == {"is_ready": True, "reason": "2 of 2 targets healthy"}


def test_a_candidate_that_starts_is_not_ready_yet(ready: Shop, context: Any) -> None:
    ready.balancers.states[GREEN] = ["initial", "healthy"]

    answer = check(ready, context)

    assert (answer["is_ready"], "1 initial" in answer["reason"]) == (False, True)


def test_a_candidate_that_still_runs_another_definition_is_not_ready(
    ready: Shop, context: Any
) -> None:
    ready.ecs.services[GREEN_FLEET].definition["taskDefinitionArn"] = "arn:old"

    assert not check(ready, context)["is_ready"]


def test_a_candidate_whose_alarm_still_fires_is_not_ready(ready: Shop, context: Any) -> None:
    ready.alarms.known["shop-green-5xx"] = "ALARM"

    assert check(ready, context)["reason"] == "in ALARM: shop-green-5xx"


def test_a_candidate_that_is_never_ready_is_refused_after_its_time(
    ready: Shop, context: Any
) -> None:
    ready.balancers.states[GREEN] = []

    assert not check(ready, context, waited_seconds=119)["is_ready"]
    with pytest.raises(CandidateNotReady, match=r"not ready after 120 s: .* no targets"):
        check(ready, context, waited_seconds=120)


def test_a_candidate_ready_at_the_last_moment_is_ready(ready: Shop, context: Any) -> None:
    assert check(ready, context, waited_seconds=500)["is_ready"]
