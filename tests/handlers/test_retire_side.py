"""RetireSide: only a side without traffic loses capacity."""

from dataclasses import asdict
from typing import Any

import pytest

from tests.core.shop import BLUE_FLEET, GREEN_FLEET, RULE, payload, registration
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import CandidateBreached, DeploymentPaused, FenceStale, SideServing
from viridian.handlers.retire_side import Input, handler

NOW = 1_800_000_000


def retire_blue(shop: Shop, is_way_back: bool = True) -> dict[str, Any]:
    side = asdict(registration().blue)
    event = payload(Input, rule_arn=RULE, resting_count=0, side=side, is_way_back=is_way_back)
    return handler(event, CONTEXT, shop.balancers, shop.fleets, shop.leases, lambda: NOW)


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


def test_a_standby_is_kept_once_a_breach_is_recorded_and_a_failed_candidate_is_not(
    shop: Shop,
) -> None:
    shop.split(100)
    shop.breach()

    with pytest.raises(CandidateBreached):
        retire_blue(shop)
    assert sizes(shop)[BLUE_FLEET] == 2
    assert retire_blue(shop, is_way_back=False)["size"] == 0


@pytest.mark.parametrize("is_way_back", [True, False])
def test_who_no_longer_leads_takes_no_capacity(shop: Shop, is_way_back: bool) -> None:
    shop.split(100)
    shop.hold_lease("shop-1.2.0-newer")

    with pytest.raises(FenceStale):
        retire_blue(shop, is_way_back)

    assert sizes(shop)[BLUE_FLEET] == 2


def test_a_standby_that_a_person_keeps_is_not_retired_and_a_failed_candidate_is(shop: Shop) -> None:
    shop.split(100)
    shop.leases.set("shop", phase="standby", paused="paused by alice", pause_ends=NOW + 60)

    with pytest.raises(DeploymentPaused):
        retire_blue(shop)
    assert sizes(shop)[BLUE_FLEET] == 2
    assert retire_blue(shop, is_way_back=False)["size"] == 0
