"""ShiftTraffic: seen healthy, allowed by the lease, written, read back: in this order."""

from dataclasses import asdict
from typing import Any

import pytest

from tests.core.shop import BLUE, GREEN, WATCHED_ALARMS, payload, sides
from tests.core.shop import step as step_of_plan
from tests.handlers.conftest import Shop
from viridian.core.errors import (
    CandidateBreached,
    CandidateFailing,
    FenceStale,
    LeaseReleased,
    SideUnhealthy,
    SplitNotApplied,
)
from viridian.handlers.shift_traffic import Input, handler

NOW = 1_800_000_000.5


def shift(shop: Shop, context: Any, step: int = 0, **members: Any) -> dict[str, Any]:
    event = payload(Input, step=step_of_plan(step), **members)
    return handler(event, context, shop.leases, shop.balancers, shop.alarms, lambda: NOW)


@pytest.mark.parametrize(("step", "percent"), [(0, 10), (1, 50), (2, 100)])
def test_the_candidate_gets_the_share_of_the_step(
    shop: Shop, context: Any, step: int, percent: int
) -> None:
    assert shift(shop, context, step)["candidate_percent"] == percent
    assert shop.weights == {BLUE: 100 - percent, GREEN: percent}


@pytest.mark.parametrize(("step", "seconds"), [(0, 12), (1, 60)])
def test_the_first_look_comes_after_the_bake_or_the_longest_blindness(
    shop: Shop, context: Any, step: int, seconds: int
) -> None:
    answer = shift(shop, context, step)

    assert (answer["shifted_at"], answer["watch_seconds"]) == (NOW, seconds)


def test_a_repeated_step_changes_nothing(shop: Shop, context: Any) -> None:
    assert shift(shop, context) == shift(shop, context)
    assert shop.weights == {BLUE: 90, GREEN: 10}


@pytest.mark.parametrize(
    "states", [[], ["unhealthy"] * 2, ["healthy"], ["healthy", "initial"], ["healthy", "draining"]]
)
def test_a_candidate_not_seen_healthy_at_its_size_gets_nothing(
    shop: Shop, context: Any, states: list[str]
) -> None:
    shop.balancers.states[GREEN] = states

    with pytest.raises(SideUnhealthy):
        shift(shop, context)

    assert (shop.balancers.written, shop.leases.get("shop").candidate_percent) == ([], 0)


def test_a_closed_gate_lets_nothing_forward(shop: Shop, context: Any) -> None:
    shop.breach()

    with pytest.raises(CandidateBreached, match="shop-elb-5xx went into ALARM"):
        shift(shop, context)

    assert shop.balancers.written == []


@pytest.mark.parametrize("alarm", WATCHED_ALARMS)
def test_an_alarm_that_fired_before_it_was_watched_stops_the_shift(
    shop: Shop, context: Any, alarm: str
) -> None:
    shop.alarms.known[alarm] = "ALARM"

    with pytest.raises(CandidateFailing, match=f"^in ALARM: {alarm}$"):
        shift(shop, context)

    assert shop.balancers.written == []
    assert shop.leases.get("shop").watched_alarms == WATCHED_ALARMS, "watched, then looked at"


def test_a_stale_fence_writes_nothing(shop: Shop, context: Any) -> None:
    shop.hold_lease("shop-1.2.0-newer")

    with pytest.raises(FenceStale):
        shift(shop, context, fence=1)

    assert shop.balancers.written == []


def test_a_lease_that_was_given_back_lets_nothing_forward(shop: Shop, context: Any) -> None:
    shop.leases.set("shop", deployment_id=None)

    with pytest.raises(LeaseReleased):
        shift(shop, context)

    assert shop.balancers.written == []


def test_from_the_first_shift_on_the_candidate_s_alarms_are_watched(
    shop: Shop, context: Any
) -> None:
    shift(shop, context)

    assert shop.leases.get("shop").watched_alarms == WATCHED_ALARMS


def test_a_split_that_is_not_read_back_is_a_breach(shop: Shop, context: Any) -> None:
    shop.balancers.sticks = False

    with pytest.raises(SplitNotApplied):
        shift(shop, context)


def test_roles_may_be_the_other_way_round(shop: Shop, context: Any) -> None:
    shift(shop, context, sides=asdict(sides("green", "blue")))

    assert shop.weights == {GREEN: 90, BLUE: 10}
