"""RetireSide: only a side without traffic loses capacity."""

from dataclasses import asdict
from typing import Any

import pytest

from tests.core.shop import BLUE_FLEET, GREEN_FLEET, RULE, payload, registration
from tests.handlers.conftest import Shop
from viridian.core.errors import SideServing
from viridian.handlers.retire_side import Input, handler


def retire(shop: Shop, context: Any, colour: str) -> dict[str, Any]:
    return handler(
        payload(
            Input, rule_arn=RULE, resting_count=1, side=asdict(getattr(registration(), colour))
        ),
        context,
        shop.balancers,
        shop.fleets,
    )


def sizes(shop: Shop) -> dict[str, int]:
    return {arn: service.desired for arn, service in shop.ecs.services.items()}


def test_a_side_without_traffic_goes_to_its_resting_size(shop: Shop, context: Any) -> None:
    shop.split(100)

    assert retire(shop, context, "blue") == {"colour": "blue", "size": 1}
    assert sizes(shop)[BLUE_FLEET] == 1


def test_a_rejected_candidate_is_retired_as_well(shop: Shop, context: Any) -> None:
    shop.ecs.services[GREEN_FLEET].desired = 2

    retire(shop, context, "green")

    assert sizes(shop) == {BLUE_FLEET: 2, GREEN_FLEET: 1}


@pytest.mark.parametrize(("percent", "colour"), [(0, "blue"), (99, "blue"), (1, "green")])
def test_a_side_that_still_gets_traffic_keeps_its_size(
    shop: Shop, context: Any, percent: int, colour: str
) -> None:
    shop.split(percent)
    before = sizes(shop)

    with pytest.raises(SideServing, match=f"^{colour}: wanted weight 0"):
        retire(shop, context, colour)

    assert sizes(shop) == before


def test_a_side_that_the_rule_does_not_name_keeps_its_size(shop: Shop, context: Any) -> None:
    shop.balancers.rules[RULE] = [{"Type": "fixed-response"}]
    before = sizes(shop)

    with pytest.raises(SideServing):
        retire(shop, context, "green")

    assert sizes(shop) == before


def test_a_repeated_retirement_changes_nothing(shop: Shop, context: Any) -> None:
    assert retire(shop, context, "green") == retire(shop, context, "green")
