"""RetireSide: only a side without traffic loses capacity."""

from dataclasses import asdict
from typing import Any

import pytest

from tests.core.shop import BLUE_FLEET, GREEN_FLEET, RULE, payload, registration
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import SideServing
from viridian.handlers.retire_side import Input, handler


def retire_blue(shop: Shop) -> dict[str, Any]:
    side = asdict(registration().blue)
    event = payload(Input, rule_arn=RULE, resting_count=0, side=side)
    return handler(event, CONTEXT, shop.balancers, shop.fleets)


def sizes(shop: Shop) -> dict[str, int]:
    return {arn: service.desired for arn, service in shop.ecs.services.items()}


def test_a_side_without_traffic_goes_to_its_resting_size(shop: Shop) -> None:
    shop.split(100)

    assert retire_blue(shop) == {"colour": "blue", "size": 0}
    assert sizes(shop) == {BLUE_FLEET: 0, GREEN_FLEET: 1}


def test_a_side_that_still_gets_traffic_keeps_its_size(shop: Shop) -> None:
    shop.split(99)
    before = sizes(shop)

    with pytest.raises(SideServing, match=r"^blue: wanted weight 0"):
        retire_blue(shop)

    assert sizes(shop) == before
