"""AcquireLease: one deployment of a service at a time."""

from tests.core.shop import DEPLOYMENT_ID, SHARED_ALARMS, payload
from tests.handlers.conftest import CONTEXT, Shop
from viridian.handlers.acquire_lease import Input, handler


def test_a_free_lease_is_taken_and_the_shared_alarms_watched(shop: Shop) -> None:
    shop.leases.items.clear()

    event = payload(Input, watched_alarms=SHARED_ALARMS)

    assert handler(event, CONTEXT, shop.leases) == {"fence": 1}
    lease = shop.leases.get("shop")
    assert (lease.deployment_id, lease.acquired_at) == (DEPLOYMENT_ID, "2026-11-01T12:00Z")
    assert lease.watched_alarms == SHARED_ALARMS
