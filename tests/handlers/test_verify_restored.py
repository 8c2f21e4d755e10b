"""VerifyRestored: is the traffic back, and served?"""

from typing import Any

import pytest

from tests.core.shop import BLUE, DEPLOYMENT_ID, GREEN, deployment, payload
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import RestoreUnverified, SplitNotApplied
from viridian.core.record import admitted, promoted
from viridian.core.sides import Production
from viridian.handlers.verify_restored import Input, handler


def verify(shop: Shop) -> dict[str, Any]:
    given = shop.balancers, shop.leases, shop.records, shop.decisions
    return handler(payload(Input), CONTEXT, *given)


def test_all_traffic_on_a_healthy_live_side_is_restored(shop: Shop) -> None:
    shop.balancers.states |= {BLUE: ["healthy"], GREEN: []}

    assert verify(shop) == {"candidate_percent": 0}
    assert shop.balancers.written == [], "it only looks"


def test_any_traffic_left_on_the_candidate_is_not(shop: Shop) -> None:
    shop.split(1)

    with pytest.raises(SplitNotApplied):
        verify(shop)


def test_a_live_side_without_a_healthy_target_is_not(shop: Shop) -> None:
    shop.balancers.states[BLUE] = ["unhealthy"]
    shop.leases.set("shop", candidate_percent=50, moved_by=DEPLOYMENT_ID)

    with pytest.raises(RestoreUnverified):
        verify(shop)

    assert shop.leases.get("shop").candidate_percent == 50, "not recorded as whole"


def test_what_was_seen_is_recorded(shop: Shop) -> None:
    verify(shop)

    assert shop.leases.get("shop").candidate_percent == 0


@pytest.mark.parametrize("holder", [DEPLOYMENT_ID, "newer"])
def test_how_long_clients_met_it_is_kept_by_who_leads(shop: Shop, holder: str) -> None:
    shop.records.write(admitted(deployment(), at="12:00"))
    shop.leases.set("shop", deployment_id=holder, first_shifted_at=1_793_534_400)

    verify(shop)

    kept = shop.records.items["shop", f"DEPLOYMENT#{DEPLOYMENT_ID}"]
    since, until = kept.get("first_shifted_at"), kept.get("restored_at")
    times = ("2026-11-01T12:00:00+00:00", payload(Input)["entered"])
    assert (since, until) == (times if holder == DEPLOYMENT_ID else (None, None))


@pytest.mark.parametrize(("promoter", "version"), [(DEPLOYMENT_ID, "1.0.0"), ("newer", "1.2.0")])
def test_a_promotion_that_is_undone_is_undone_in_the_record_too(
    shop: Shop, promoter: str, version: str
) -> None:
    """And the record of another's is left alone."""
    shop.records.write(promoted("shop", Production("1.2.0", "green", promoter, "before", "now")))

    verify(shop)

    assert shop.records.items["shop", "PRODUCTION"]["version"] == version
