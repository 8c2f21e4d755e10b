"""ShiftTraffic: seen healthy, allowed by the lease, written, read back: in this order."""

from dataclasses import asdict
from typing import Any

import pytest

from tests.core.shop import BLUE, GREEN, WATCHED_ALARMS, payload, sides
from tests.core.shop import step as step_of_plan
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import CandidateBreached, CandidateFailing, FenceStale, SideUnhealthy
from viridian.handlers.shift_traffic import Input, handler

NOW = 1_800_000_000.5


def shift(shop: Shop, step: int = 0, **members: Any) -> dict[str, Any]:
    event = payload(Input, step=step_of_plan(step), **members)
    return handler(event, CONTEXT, shop.leases, shop.balancers, shop.alarms, lambda: NOW)


@pytest.mark.parametrize(("step", "percent", "seconds"), [(0, 10, 12), (1, 50, 60), (2, 100, 12)])
def test_the_candidate_gets_the_step_s_share_and_is_watched_from_then_on(
    shop: Shop, step: int, percent: int, seconds: int
) -> None:
    assert shift(shop, step) == {
        "candidate_percent": percent,
        "shifted_at": NOW,
        "watch_seconds": seconds,
    }
    assert shop.weights == {BLUE: 100 - percent, GREEN: percent}


def test_roles_may_be_the_other_way_round(shop: Shop) -> None:
    shift(shop, sides=asdict(sides("green", "blue")))

    assert shop.weights == {GREEN: 90, BLUE: 10}


def test_a_candidate_not_seen_healthy_at_its_size_gets_nothing(shop: Shop) -> None:
    shop.balancers.states[GREEN] = ["healthy"]

    with pytest.raises(SideUnhealthy):
        shift(shop, step=1)

    assert (shop.balancers.written, shop.leases.get("shop").candidate_percent) == ([], 0)


def test_a_closed_gate_lets_nothing_forward(shop: Shop) -> None:
    shop.breach()

    with pytest.raises(CandidateBreached, match="shop-elb-5xx went into ALARM"):
        shift(shop)

    assert shop.balancers.written == []


def test_a_stale_fence_writes_nothing(shop: Shop) -> None:
    shop.hold_lease("shop-1.2.0-newer")

    with pytest.raises(FenceStale):
        shift(shop)

    assert shop.balancers.written == []


def test_an_alarm_that_fired_before_it_was_watched_stops_the_shift(shop: Shop) -> None:
    shop.alarms.known["shop-green-5xx"] = "ALARM"

    with pytest.raises(CandidateFailing, match=r"^in ALARM: shop-green-5xx$"):
        shift(shop)

    assert shop.balancers.written == []
    assert shop.leases.get("shop").watched_alarms == WATCHED_ALARMS, "watched, then looked at"
