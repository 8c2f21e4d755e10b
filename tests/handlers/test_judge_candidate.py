"""JudgeCandidate: the look at the evidence between two waits."""

import json
from typing import Any

import pytest

from tests.core.shop import payload
from tests.core.shop import step as step_of_plan
from tests.handlers.conftest import Shop
from viridian.core.evidence.requests import Requests
from viridian.handlers.judge_candidate import Input, handler

SHIFTED_AT = 1_800_000_000.0
CANDIDATE = "targetgroup/shop-green/2"


def judge(shop: Shop, context: Any, baked_seconds: float = 12, step: int = 0) -> dict[str, Any]:
    event = payload(Input, step=step_of_plan(step), shifted_at=SHIFTED_AT)
    now = SHIFTED_AT + baked_seconds
    return handler(event, context, shop.alarms, shop.request_metrics, lambda: now)


def test_a_healthy_candidate_advances_after_its_bake(shop: Shop, context: Any) -> None:
    answer = judge(shop, context)

    assert (answer["next"], answer["verdict"]) == ("Advance", "Healthy")
    assert answer["failure"]["Cause"] == "candidate 1 of 100 failed, live 9 of 900 failed"


def test_a_healthy_candidate_is_watched_until_its_bake_is_over(shop: Shop, context: Any) -> None:
    answer = judge(shop, context, baked_seconds=60, step=1)

    assert (answer["next"], answer["watch_seconds"]) == ("Watch", 30)


@pytest.mark.parametrize("alarm", ["shop-green-p99", "shop-elb-5xx", "orders-lost"])
def test_an_alarm_whose_event_never_came_is_seen_here(shop: Shop, context: Any, alarm: str) -> None:
    shop.alarms.known[alarm] = "ALARM"

    answer = judge(shop, context, baked_seconds=1)

    assert (answer["next"], answer["verdict"]) == ("Restore", "Failing")
    assert answer["failure"]["Cause"] == f"in ALARM: {alarm}"


def test_an_alarm_of_the_live_side_does_not_fail_the_candidate(shop: Shop, context: Any) -> None:
    shop.alarms.known["shop-blue-5xx"] = "ALARM"

    assert judge(shop, context)["next"] == "Advance"


def test_a_candidate_that_fails_requests_is_restored_before_its_alarm_fires(
    shop: Shop, context: Any
) -> None:
    shop.request_metrics.seen[CANDIDATE] = Requests(100, 100)

    assert judge(shop, context)["next"] == "Restore"


@pytest.mark.parametrize("seen", [Requests(None, None), Requests(19, 0)])
def test_silence_never_advances(shop: Shop, context: Any, seen: Requests) -> None:
    shop.request_metrics.seen[CANDIDATE] = seen

    assert judge(shop, context)["next"] == "Watch"
    assert judge(shop, context, baked_seconds=42)["next"] == "Restore"


def test_a_missing_alarm_never_advances(shop: Shop, context: Any) -> None:
    del shop.alarms.known["shop-green-5xx"]

    assert judge(shop, context)["verdict"] == "Unknown"
    assert judge(shop, context, baked_seconds=42)["next"] == "Restore"


def test_both_sides_are_asked_over_the_window_of_the_step(shop: Shop, context: Any) -> None:
    judge(shop, context)

    window = {"since": SHIFTED_AT, "now": SHIFTED_AT + 12, "period": 10}
    assert shop.request_metrics.window == window


def test_the_answer_is_plain_json_for_the_machine_s_choice(shop: Shop, context: Any) -> None:
    answer = json.loads(json.dumps(judge(shop, context)))

    assert set(answer) == {"next", "watch_seconds", "verdict", "failure"}
    assert answer["next"] == "Advance"
