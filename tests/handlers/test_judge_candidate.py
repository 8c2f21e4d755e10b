"""JudgeCandidate: the look at the evidence between two waits."""

import json
from typing import Any

from tests.core.shop import payload
from tests.core.shop import step as step_of_plan
from tests.handlers.conftest import CONTEXT, SHIFTED_AT, Shop, answered
from viridian.handlers.judge_candidate import Input, handler

CANDIDATE = "targetgroup/shop-green/2"


def judge(shop: Shop, baked_seconds: float = 20, step: int = 0) -> Any:
    """What the machine's Choice reads; periods last 10 s, and the first step 12 s."""
    event = payload(Input, step=step_of_plan(step), shifted_at=SHIFTED_AT)
    now = SHIFTED_AT + baked_seconds
    answer = handler(event, CONTEXT, shop.alarms, shop.request_metrics, shop.leases, lambda: now)
    return json.loads(json.dumps(answer))


def test_a_healthy_candidate_advances_after_its_bake(shop: Shop) -> None:
    told = "candidate 2 of 200 failed, live 18 of 1800 failed"

    assert judge(shop) == {
        "next": "Advance",
        "watch_seconds": 0,
        "verdict": "Healthy",
        "failure": {"Error": "CandidateUnproven", "Cause": told},
    }


def test_it_is_watched_until_the_metrics_cover_its_bake(shop: Shop) -> None:
    answer = judge(shop, baked_seconds=12)

    assert (answer["next"], answer["watch_seconds"]) == ("Watch", 10)
    assert judge(shop, baked_seconds=19.9)["next"] == "Watch"


def test_the_last_step_is_watched_two_periods_longer(shop: Shop) -> None:
    assert [judge(shop, at, step=2)["next"] for at in (39, 40)] == ["Watch", "Advance"]


def test_an_alarm_whose_event_never_came_is_seen_here(shop: Shop) -> None:
    shop.alarms.known["orders-lost"] = "ALARM"

    answer = judge(shop, baked_seconds=1)

    assert (answer["next"], answer["failure"]["Cause"]) == ("Restore", "in ALARM: orders-lost")


def test_a_candidate_that_fails_requests_is_restored_before_its_alarm_fires(shop: Shop) -> None:
    shop.request_metrics.seen[CANDIDATE] = answered(100, errors=100)

    assert judge(shop)["next"] == "Restore"


def test_a_missing_alarm_is_watched_for_as_long_as_there_is_patience(shop: Shop) -> None:
    del shop.alarms.known["shop-green-5xx"]

    assert [judge(shop, at)["next"] for at in (20, 42)] == ["Watch", "Restore"]


def test_one_that_is_paused_does_not_advance_and_is_watched(shop: Shop) -> None:
    shop.leases.set("shop", paused="paused by alice", pause_ends=int(SHIFTED_AT) + 3600)

    answer = judge(shop)

    assert (answer["next"], answer["watch_seconds"]) == ("Watch", 600)


def test_one_whose_bake_was_ended_advances_unless_it_fails(shop: Shop) -> None:
    shop.leases.set("shop", candidate_percent=10, hurried_percent=10)
    assert judge(shop, baked_seconds=2)["next"] == "Advance"

    shop.alarms.known["orders-lost"] = "ALARM"
    assert judge(shop, baked_seconds=2)["next"] == "Restore"
