"""JudgeCandidate: the look at the evidence between two waits."""

import json
from typing import Any

from tests.core.shop import payload
from tests.core.shop import step as step_of_plan
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.evidence.requests import Requests
from viridian.handlers.judge_candidate import Input, handler

SHIFTED_AT = 1_800_000_000.0


def judge(shop: Shop, baked_seconds: float = 12, step: int = 0) -> Any:
    """What the machine's Choice reads."""
    event = payload(Input, step=step_of_plan(step), shifted_at=SHIFTED_AT)
    now = SHIFTED_AT + baked_seconds
    answer = handler(event, CONTEXT, shop.alarms, shop.request_metrics, lambda: now)
    return json.loads(json.dumps(answer))


def test_a_healthy_candidate_advances_after_its_bake(shop: Shop) -> None:
    told = "candidate 1 of 100 failed, live 9 of 900 failed"

    assert judge(shop) == {
        "next": "Advance",
        "watch_seconds": 0,
        "verdict": "Healthy",
        "failure": {"Error": "CandidateUnproven", "Cause": told},
    }


def test_a_healthy_candidate_is_watched_until_its_bake_is_over(shop: Shop) -> None:
    answer = judge(shop, baked_seconds=60, step=1)

    assert (answer["next"], answer["watch_seconds"]) == ("Watch", 30)


def test_an_alarm_whose_event_never_came_is_seen_here(shop: Shop) -> None:
    shop.alarms.known["orders-lost"] = "ALARM"

    answer = judge(shop, baked_seconds=1)

    assert (answer["next"], answer["failure"]["Cause"]) == ("Restore", "in ALARM: orders-lost")


def test_a_candidate_that_fails_requests_is_restored_before_its_alarm_fires(shop: Shop) -> None:
    shop.request_metrics.seen["targetgroup/shop-green/2"] = Requests(100, 100)

    assert judge(shop)["next"] == "Restore"


def test_a_missing_alarm_is_watched_for_as_long_as_there_is_patience(shop: Shop) -> None:
    del shop.alarms.known["shop-green-5xx"]

    assert [judge(shop, at)["next"] for at in (12, 42)] == ["Watch", "Restore"]


def test_both_sides_are_asked_over_the_window_of_the_step(shop: Shop) -> None:
    judge(shop)

    window = {"since": SHIFTED_AT, "now": SHIFTED_AT + 12, "period": 10}
    assert shop.request_metrics.window == window
