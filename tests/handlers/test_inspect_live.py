"""InspectLive: the truth from AWS before anything is touched."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from tests.core.shop import BLUE, DEPLOYMENT_ID, GREEN_FLEET, RULE, WATCHED_ALARMS, payload
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import PreflightFailed
from viridian.core.record import promoted
from viridian.core.sides import Production
from viridian.handlers.inspect_live import Input, handler


def inspect(shop: Shop, **members: Any) -> dict[str, Any]:
    event = payload(Input, **members)
    return handler(event, CONTEXT, shop.balancers, shop.alarms, shop.fleets, shop.records)


def test_the_sides_are_found_and_what_watches_them(shop: Shop) -> None:
    found = inspect(shop)

    assert (found["live"]["colour"], found["candidate"]["colour"]) == ("blue", "green")
    assert (found["rule_arn"], found["size"]) == (RULE, 2)
    assert found["watched_alarms"] == WATCHED_ALARMS


def test_what_is_found_is_kept_with_the_deployment_s_record(shop: Shop) -> None:
    found = json.loads(json.dumps(inspect(shop)))

    kept = shop.records.items["shop", f"DEPLOYMENT#{DEPLOYMENT_ID}"]
    assert (json.loads(str(kept["sides"])), kept["fence"]) == (found, 7)


def test_roles_follow_the_rule_and_not_the_colours(shop: Shop) -> None:
    shop.split(100)
    shop.alarms.known |= {"shop-blue-5xx": "OK", "shop-blue-p99": "OK"}
    shop.ecs.services[GREEN_FLEET].desired = 2

    found = inspect(shop)

    assert (found["live"]["colour"], found["candidate"]["colour"]) == ("green", "blue")


def test_a_service_that_is_not_well_is_refused_and_nothing_recorded(shop: Shop) -> None:
    def refused(complaint: str) -> None:
        with pytest.raises(PreflightFailed, match=complaint):
            inspect(shop)

    shop.alarms.known["orders-lost"] = "ALARM"
    refused("already in ALARM: orders-lost")
    del shop.alarms.known["shop-green-5xx"]
    refused("alarms not found: shop-green-5xx")
    shop.balancers.states[BLUE] = ["healthy"]
    refused(r"the live side \(blue\)")
    shop.split(1)
    refused("wanted all weight on one side")

    assert (shop.records.items, shop.balancers.written, shop.ecs.registered) == ({}, [], [])


def test_a_rule_that_serves_what_was_never_promoted_is_refused(shop: Shop) -> None:
    shop.records.write(promoted("shop", Production("1.0.0", "green", "first", "before", "then")))

    with pytest.raises(PreflightFailed, match="serves blue, and green is recorded as live"):
        inspect(shop)


def test_what_live_runs_must_be_what_was_promoted_on_it_unless_the_request_accepts_it(
    shop: Shop,
) -> None:
    promotion = Production("1.0.0", "blue", "first", "before", "then", "arn:shop:7")
    shop.records.write(promoted("shop", promotion))

    with pytest.raises(
        PreflightFailed, match=r"^live.task_definition: wanted arn:shop:7 .* found "
    ):
        inspect(shop)
    assert inspect(shop, accept=("live.task_definition",))["live"]["colour"] == "blue"


def test_what_is_recorded_as_live_is_kept_for_a_promotion_that_is_undone(shop: Shop) -> None:
    production = Production("1.0.0", "blue", "first", "before", "then")
    shop.records.write(promoted("shop", production))

    assert inspect(shop)["production"] == asdict(production)
