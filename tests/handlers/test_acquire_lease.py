"""AcquireLease: one deployment of a service at a time."""

from typing import Any

import pytest

from tests.core.shop import DEPLOYMENT_ID, SHARED_ALARMS, payload
from tests.handlers.conftest import Shop
from viridian.core.errors import LeaseHeld
from viridian.handlers.acquire_lease import Input, handler


def acquire(shop: Shop, context: Any) -> dict[str, Any]:
    event = payload(Input, watched_alarms=SHARED_ALARMS)
    return handler(event, context, shop.leases)


def test_a_free_lease_is_taken_and_the_shared_alarms_watched(shop: Shop, context: Any) -> None:
    shop.leases.items.clear()

    assert acquire(shop, context) == {"fence": 1}
    lease = shop.leases.get("shop")
    assert (lease.deployment_id, lease.acquired_at) == (DEPLOYMENT_ID, "2026-11-01T12:00Z")
    assert lease.watched_alarms == SHARED_ALARMS


def test_asked_again_the_fence_is_the_same(shop: Shop, context: Any) -> None:
    assert acquire(shop, context) == acquire(shop, context) == {"fence": 1}


def test_a_lease_held_by_another_is_refused_and_the_holder_named(shop: Shop, context: Any) -> None:
    shop.hold_lease("shop-1.0.9-first")

    with pytest.raises(LeaseHeld, match=r"shop-1.0.9-first holds the lease"):
        acquire(shop, context)
