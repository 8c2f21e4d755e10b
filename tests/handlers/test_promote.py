"""Promote: the candidate becomes live in the record."""

from typing import Any

import pytest

from tests.core.shop import DEPLOYMENT_ID, payload
from tests.handlers.conftest import Shop
from viridian.core.errors import CandidateBreached, FenceStale
from viridian.handlers.promote import Input, handler


def promote(shop: Shop, context: Any, **members: Any) -> dict[str, Any]:
    event = payload(Input, **members)
    return handler(event, context, shop.leases, shop.records)


def test_the_record_says_what_is_live_where_and_by_whom(shop: Shop, context: Any) -> None:
    assert promote(shop, context) == {"version": "1.1.0"}
    assert shop.records.items["shop", "PRODUCTION"] == {
        "version": "1.1.0",
        "colour": "green",
        "deployment_id": DEPLOYMENT_ID,
        "promoted_at": "2026-11-01T12:00Z",
    }


def test_the_lease_says_that_the_candidate_has_all_traffic(shop: Shop, context: Any) -> None:
    promote(shop, context)

    assert shop.leases.get("shop").candidate_percent == 100


def test_a_breach_recorded_until_now_still_refuses(shop: Shop, context: Any) -> None:
    shop.breach()

    with pytest.raises(CandidateBreached):
        promote(shop, context)

    assert shop.records.items == {}


def test_a_stale_deployment_promotes_nothing(shop: Shop, context: Any) -> None:
    shop.hold_lease("shop-1.2.0-newer")

    with pytest.raises(FenceStale):
        promote(shop, context)

    assert shop.records.items == {}


def test_a_repeated_promotion_changes_nothing(shop: Shop, context: Any) -> None:
    assert promote(shop, context) == promote(shop, context)
    assert len(shop.records.items) == 1
