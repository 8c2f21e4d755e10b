"""RestoreTraffic: all traffic back to the side that is proven to serve."""

from typing import Any

import pytest

from tests.core.shop import BLUE, GREEN, RULE, payload
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import CandidateBreached, FenceStale, RestoreHeld, SplitChanged
from viridian.handlers.restore_traffic import Input, handler

NOW = 1_800_000_000.5


@pytest.fixture
def half(shop: Shop) -> Shop:
    """Half of the traffic is on the candidate."""
    shop.split(50)
    return shop


def restore(shop: Shop, breach: str | None = "bad") -> dict[str, Any]:
    event = payload(Input, breach=breach)
    return handler(event, CONTEXT, shop.leases, shop.balancers, lambda: NOW)


def test_all_traffic_goes_back_to_live_and_the_breach_is_recorded(half: Shop) -> None:
    assert restore(half) == {"breach": "bad", "restored_at": NOW}
    assert half.weights == {BLUE: 100, GREEN: 0}
    assert half.leases.get("shop").breach == "bad"


def test_a_gate_that_is_closed_does_not_stop_the_way_back(half: Shop) -> None:
    half.breach()

    assert restore(half)["breach"] == "shop-elb-5xx went into ALARM"
    assert half.weights == {BLUE: 100, GREEN: 0}


def test_walking_the_way_back_before_the_first_shift_changes_nothing(shop: Shop) -> None:
    before = shop.balancers.rule(RULE).actions()

    assert restore(shop, breach=None)["breach"] is None
    assert shop.balancers.rule(RULE).actions() == before
    assert shop.leases.get("shop").breach is None


def test_traffic_that_a_person_moved_before_the_first_shift_is_left_where_it_is(shop: Shop) -> None:
    shop.split(10)

    with pytest.raises(SplitChanged, match="somebody else moves this traffic"):
        restore(shop, breach=None)

    assert shop.balancers.written == []


def test_a_live_side_without_a_healthy_target_holds_the_traffic_but_not_the_breach(
    half: Shop,
) -> None:
    half.balancers.states[BLUE] = ["unhealthy", "draining"]

    with pytest.raises(RestoreHeld):
        restore(half)

    assert (half.balancers.written, half.leases.get("shop").breach) == ([], "bad")


@pytest.mark.parametrize(
    ("live", "candidate"), [(2, 2), (1, 1), (1, 0), (2, 5)], ids=["whole", "as many", "more", "2"]
)
def test_traffic_goes_back_to_a_side_that_can_carry_it(
    half: Shop, live: int, candidate: int
) -> None:
    half.balancers.states |= {BLUE: ["healthy"] * live, GREEN: ["healthy"] * candidate}

    restore(half)

    assert half.weights == {BLUE: 100, GREEN: 0}


def test_traffic_is_not_moved_to_a_side_that_has_lost_most_of_its_own(half: Shop) -> None:
    half.balancers.states |= {BLUE: ["healthy", "unhealthy"], GREEN: ["healthy"] * 2}

    with pytest.raises(RestoreHeld, match=r"found 1 healthy, 1 unhealthy .* beside 2 healthy"):
        restore(half)

    assert half.balancers.written == []


def test_a_stale_fence_writes_nothing(half: Shop) -> None:
    half.hold_lease("shop-1.2.0-newer")

    with pytest.raises(FenceStale):
        restore(half)

    assert (half.balancers.written, half.leases.get("shop").breach) == ([], None)


def test_the_way_back_is_not_proven_for_one_that_was_aborted(shop: Shop) -> None:
    shop.leases.set("shop", breach="aborted by alice: because")

    with pytest.raises(CandidateBreached, match="aborted by alice"):
        restore(shop, breach=None)
