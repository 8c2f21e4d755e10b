"""RestoreTraffic: all traffic back to the side that is proven to serve."""

from dataclasses import asdict
from typing import Any

import pytest

from tests.core.shop import BLUE, GREEN, RULE, payload, sides
from tests.handlers.conftest import Shop
from viridian.core.errors import FenceStale, RestoreHeld, SplitNotApplied
from viridian.handlers.restore_traffic import Input, handler

NOW = 1_800_000_000.5


def restore(shop: Shop, context: Any, breach: str | None = "bad", **members: Any) -> dict[str, Any]:
    event = payload(Input, breach=breach, **members)
    return handler(event, context, shop.leases, shop.balancers, lambda: NOW)


@pytest.mark.parametrize("percent", [0, 10, 100])
def test_all_traffic_goes_back_to_live(shop: Shop, context: Any, percent: int) -> None:
    shop.split(percent)

    assert restore(shop, context) == {"breach": "bad", "restored_at": NOW}
    assert shop.weights == {BLUE: 100, GREEN: 0}


def test_live_is_a_role_and_not_a_colour(shop: Shop, context: Any) -> None:
    shop.split(50)

    restore(shop, context, sides=asdict(sides("green", "blue")))

    assert shop.weights == {GREEN: 100, BLUE: 0}


def test_the_breach_is_recorded_and_closes_the_gate(shop: Shop, context: Any) -> None:
    restore(shop, context)

    assert shop.leases.get("shop").breach == "bad"


def test_a_gate_that_is_closed_does_not_stop_the_way_back(shop: Shop, context: Any) -> None:
    shop.split(10)
    shop.breach()

    assert restore(shop, context)["breach"] == "shop-elb-5xx went into ALARM"
    assert shop.weights == {BLUE: 100, GREEN: 0}


def test_walking_the_way_back_before_the_first_shift_changes_nothing(
    shop: Shop, context: Any
) -> None:
    before = shop.balancers.rule(RULE).actions()

    assert restore(shop, context, breach=None)["breach"] is None
    assert shop.balancers.rule(RULE).actions() == before
    assert shop.leases.get("shop").breach is None


@pytest.mark.parametrize("states", [[], ["unhealthy", "unhealthy"], ["draining"]])
def test_a_live_side_without_a_healthy_target_holds_the_traffic(
    shop: Shop, context: Any, states: list[str]
) -> None:
    shop.split(10)
    shop.balancers.states[BLUE] = states

    with pytest.raises(RestoreHeld):
        restore(shop, context)

    assert (shop.balancers.written, shop.weights) == ([], {BLUE: 90, GREEN: 10})


def test_a_breach_is_recorded_though_the_traffic_is_held(shop: Shop, context: Any) -> None:
    shop.balancers.states[BLUE] = []
    with pytest.raises(RestoreHeld):
        restore(shop, context)

    assert shop.leases.get("shop").breach == "bad"


def test_one_healthy_target_of_live_is_enough_to_go_back(shop: Shop, context: Any) -> None:
    shop.balancers.states[BLUE] = ["healthy", "unhealthy"]

    restore(shop, context)

    assert shop.weights == {BLUE: 100, GREEN: 0}


def test_a_candidate_without_targets_does_not_matter(shop: Shop, context: Any) -> None:
    shop.split(10)
    shop.balancers.states[GREEN] = []

    restore(shop, context)

    assert shop.weights == {BLUE: 100, GREEN: 0}


def test_a_stale_fence_writes_nothing(shop: Shop, context: Any) -> None:
    shop.split(10)
    shop.hold_lease("shop-1.2.0-newer")

    with pytest.raises(FenceStale):
        restore(shop, context, fence=1)

    assert (shop.balancers.written, shop.leases.get("shop").breach) == ([], None)


def test_a_restore_that_is_not_read_back_is_an_error(shop: Shop, context: Any) -> None:
    shop.split(10)
    shop.balancers.sticks = False

    with pytest.raises(SplitNotApplied):
        restore(shop, context)


def test_a_repeated_restore_changes_nothing(shop: Shop, context: Any) -> None:
    shop.split(10)

    assert restore(shop, context) == restore(shop, context)
    assert shop.weights == {BLUE: 100, GREEN: 0}
