"""InspectLive: the truth from AWS before anything is touched."""

import json
from typing import Any

import pytest

from tests.core.shop import (
    BLUE,
    BLUE_FLEET,
    DEPLOYMENT_ID,
    GREEN,
    GREEN_FLEET,
    RULE,
    WATCHED_ALARMS,
    forward,
    payload,
)
from tests.handlers.conftest import Shop
from viridian.core.errors import PreflightFailed
from viridian.core.split import weights_in
from viridian.handlers.inspect_live import Input, handler


def inspect(shop: Shop, context: Any) -> dict[str, Any]:
    event = payload(Input)
    return handler(event, context, shop.balancers, shop.alarms, shop.fleets, shop.records)


def test_the_sides_are_found_and_what_watches_them(shop: Shop, context: Any) -> None:
    found = inspect(shop, context)

    assert (found["live"]["colour"], found["candidate"]["colour"]) == ("blue", "green")
    assert (found["rule_arn"], found["size"]) == (RULE, 2)
    assert found["watched_alarms"] == WATCHED_ALARMS


def test_what_is_found_is_kept_with_the_deployment_s_record(shop: Shop, context: Any) -> None:
    found = json.loads(json.dumps(inspect(shop, context)))

    kept = shop.records.items["shop", f"DEPLOYMENT#{DEPLOYMENT_ID}"]
    assert (json.loads(kept["sides"]), kept["fence"]) == (found, 1)


def test_roles_follow_the_rule_and_not_the_colours(shop: Shop, context: Any) -> None:
    shop.split(100)
    shop.alarms.known |= {"shop-blue-5xx": "OK", "shop-blue-p99": "OK"}
    shop.ecs.services[GREEN_FLEET].desired = 2

    found = inspect(shop, context)

    assert found["live"]["colour"] == "green"
    assert found["candidate"]["fleet"]["arn"] == BLUE_FLEET


def test_the_way_back_is_kept_as_the_rule_was(shop: Shop, context: Any) -> None:
    sticky = {"TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60}}
    shop.balancers.rules[RULE] = forward(100, 0, **sticky)

    actions = json.loads(json.dumps(inspect(shop, context)["restore_actions"]))

    assert weights_in(actions) == {BLUE: 100, GREEN: 0}
    assert actions[0]["ForwardConfig"].items() >= sticky.items()


@pytest.mark.parametrize("percent", [1, 50])
def test_a_rule_left_between_two_sides_fails_the_preflight(
    shop: Shop, context: Any, percent: int
) -> None:
    shop.split(percent)

    with pytest.raises(PreflightFailed, match="wanted all weight on one side"):
        inspect(shop, context)


@pytest.mark.parametrize("states", [[], ["healthy"], ["healthy", "unhealthy"]])
def test_a_live_side_that_is_not_whole_fails_the_preflight(
    shop: Shop, context: Any, states: list[str]
) -> None:
    shop.balancers.states[BLUE] = states

    with pytest.raises(PreflightFailed, match=r"the live side \(blue\)"):
        inspect(shop, context)


@pytest.mark.parametrize("alarm", ["shop-green-5xx", "orders-lost"])
def test_a_missing_alarm_fails_the_preflight(shop: Shop, context: Any, alarm: str) -> None:
    del shop.alarms.known[alarm]

    with pytest.raises(PreflightFailed, match=f"alarms not found: {alarm}"):
        inspect(shop, context)


def test_a_shared_alarm_that_fires_already_fails_the_preflight(shop: Shop, context: Any) -> None:
    shop.alarms.known["orders-lost"] = "ALARM"

    with pytest.raises(PreflightFailed, match="already in ALARM: orders-lost"):
        inspect(shop, context)


def test_nothing_is_written(shop: Shop, context: Any) -> None:
    inspect(shop, context)

    assert (shop.balancers.written, shop.ecs.registered) == ([], [])
