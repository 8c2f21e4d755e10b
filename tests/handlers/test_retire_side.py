"""RetireSide: only a side without traffic loses capacity."""

from dataclasses import asdict
from typing import Any

import pytest

from tests.core.shop import BLUE_FLEET, GREEN_FLEET, SCALING, SETTINGS, payload, sides
from tests.handlers.conftest import CONTEXT, SHIFTED_AT, Shop
from viridian.core.errors import (
    CandidateBreached,
    DeploymentPaused,
    FenceStale,
    SideDraining,
    SideServing,
)
from viridian.core.evidence.requests import Period, Traffic
from viridian.core.scaling import Bounds
from viridian.handlers.retire_side import Input, handler

NOW = SHIFTED_AT + 60


def retire_blue(
    shop: Shop, is_way_back: bool = True, since: float = SHIFTED_AT, **settings: Any
) -> dict[str, Any]:
    """Blue was live and was promoted over, or it was the candidate."""
    event = payload(
        Input,
        sides=asdict(sides("blue" if is_way_back else "green")),
        retired="live" if is_way_back else "candidate",
        since_ms=int(since * 1000),
        settings={**SETTINGS, **settings},
    )
    return handler(
        event,
        CONTEXT,
        shop.balancers,
        shop.fleets,
        shop.leases,
        shop.request_metrics,
        lambda: NOW,
        shop.targets,
        shop.decisions,
    )


def sizes(shop: Shop) -> dict[str, int]:
    return {arn: service.desired for arn, service in shop.ecs.services.items()}


def test_a_side_without_traffic_goes_to_its_resting_size(shop: Shop) -> None:
    shop.split(100)

    assert retire_blue(shop) == {"colour": "blue", "size": 1}
    assert sizes(shop) == {BLUE_FLEET: 1, GREEN_FLEET: 1}


@pytest.mark.parametrize(("is_way_back", "runs"), [(False, "green"), (True, "blue")])
def test_a_failed_candidate_rests_on_what_live_runs_and_a_former_live_on_what_it_ran(
    shop: Shop, is_way_back: bool, runs: str
) -> None:
    shop.split(100)
    retire_blue(shop, is_way_back)

    assert shop.ecs.services[BLUE_FLEET].definition["family"] == runs


@pytest.mark.parametrize("is_way_back", [True, False])
def test_auto_scaling_leaves_the_side_at_rest_and_is_free_again_with_the_one_that_serves(
    shop: Shop, is_way_back: bool
) -> None:
    """At rest from the first batch on: what may still grow would be scaled up again."""
    shop.split(100)
    retire_blue(shop, is_way_back)
    assert shop.targets.bounds == {}, "nothing scales this service"
    shop.ecs.services[BLUE_FLEET].desired = 8
    shop.leases.set("shop", first_shifted_at=int(SHIFTED_AT))
    shop.request_metrics.seen.clear()
    at_rest = Bounds(1, may_grow=False, may_shrink=False)

    with pytest.raises(SideDraining, match="at 4 tasks"):
        retire_blue(shop, is_way_back, SHIFTED_AT - 120, scaling=SCALING)
    assert shop.targets.bounds == {BLUE_FLEET: at_rest}

    shop.ecs.services[BLUE_FLEET].desired = 1
    retire_blue(shop, is_way_back, SHIFTED_AT - 120, scaling=SCALING)
    assert shop.targets.bounds == {BLUE_FLEET: at_rest, GREEN_FLEET: Bounds(2)}


@pytest.mark.parametrize(
    ("former_live", "is_way_back", "runs", "size"),
    [
        ("zero", True, "blue", 0),
        ("follow", True, "green", 1),
        ("zero", False, "green", 1),
    ],
)
def test_a_former_live_becomes_what_the_service_says_and_a_failed_candidate_rests(
    shop: Shop, former_live: str, is_way_back: bool, runs: str, size: int
) -> None:
    shop.split(100)
    retire_blue(shop, is_way_back, former_live=former_live)

    blue = shop.ecs.services[BLUE_FLEET]
    assert (blue.definition["family"], blue.desired) == (runs, size)


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
    assert retire_blue(shop, is_way_back=False)["size"] == 1


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
    assert retire_blue(shop, is_way_back=False)["size"] == 1


@pytest.fixture
def shifted(shop: Shop) -> Shop:
    """All traffic is on green, and blue had some before."""
    shop.split(100)
    shop.leases.set("shop", first_shifted_at=int(SHIFTED_AT) - 600)
    shop.request_metrics.seen[GREEN_GROUP] = asked(0, 10, 20)
    shop.request_metrics.seen[BLUE_GROUP] = asked()
    return shop


def asked(*starts: int) -> Traffic:
    """Requests in the periods that began so long after the drain floor."""
    return Traffic(tuple(Period(SHIFTED_AT + at, 100, 100, 0) for at in starts))


BLUE_GROUP, GREEN_GROUP = "targetgroup/shop-blue/1", "targetgroup/shop-green/2"


@pytest.mark.parametrize(
    ("blue", "green"),
    [(asked(), asked()), (asked(0, 10, 20), asked(0, 10, 20)), (asked(20), asked(0, 10))],
    ids=["nothing is known", "it is asked", "it alone is asked"],
)
@pytest.mark.parametrize("is_way_back", [True, False])
def test_a_side_that_may_still_be_asked_something_keeps_its_size(
    shifted: Shop, blue: Traffic, green: Traffic, is_way_back: bool
) -> None:
    shifted.request_metrics.seen = {BLUE_GROUP: blue, GREEN_GROUP: green}

    with pytest.raises(SideDraining):
        retire_blue(shifted, is_way_back)

    assert sizes(shifted)[BLUE_FLEET] == 2


@pytest.mark.parametrize("blue", [asked(), asked(0, 10)], ids=["nothing", "nothing any more"])
def test_a_side_that_was_asked_nothing_for_a_whole_period_is_retired(
    shifted: Shop, blue: Traffic
) -> None:
    shifted.request_metrics.seen[BLUE_GROUP] = blue
    assert retire_blue(shifted) == {"colour": "blue", "size": 1}


def test_a_drain_ends_some_time(shifted: Shop) -> None:
    shifted.request_metrics.seen[BLUE_GROUP] = asked(0, 10, 20, 30)
    assert retire_blue(shifted, since=NOW - 120)["size"] == 1


def test_capacity_goes_in_batches_of_half(shifted: Shop) -> None:
    shifted.ecs.services[BLUE_FLEET].desired = 10
    found = []
    for _ in range(2):
        with pytest.raises(SideDraining, match="the next batch follows"):
            retire_blue(shifted)
        found.append(sizes(shifted)[BLUE_FLEET])
    retire_blue(shifted)

    assert [*found, sizes(shifted)[BLUE_FLEET]] == [5, 2, 1]


def test_a_side_that_never_had_traffic_goes_at_once(shop: Shop) -> None:
    shop.split(100)
    shop.ecs.services[BLUE_FLEET].desired = 10
    shop.request_metrics.seen = {BLUE_GROUP: asked(0, 10, 20)}

    assert retire_blue(shop, is_way_back=False)["size"] == 1
