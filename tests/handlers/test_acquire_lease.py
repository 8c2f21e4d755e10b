"""AcquireLease: one deployment of a service at a time."""

import pytest

from tests.core.shop import DEPLOYMENT_ID, SHARED_ALARMS, payload
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import EverythingStopped, StandbyClosing
from viridian.core.hold import Stop
from viridian.handlers.acquire_lease import Input, handler


def test_a_free_lease_is_taken_and_the_shared_alarms_watched(shop: Shop) -> None:
    shop.leases.items.clear()

    event = payload(Input, watched_alarms=SHARED_ALARMS)

    assert handler(event, CONTEXT, shop.leases, shop.executions) == {"fence": 1}
    lease = shop.leases.get("shop")
    assert (lease.deployment_id, lease.acquired_at) == (DEPLOYMENT_ID, "2026-11-01T12:00Z")
    assert lease.watched_alarms == SHARED_ALARMS


def test_a_standby_that_is_watched_is_asked_to_end_at_once(shop: Shop) -> None:
    shop.leases.set("shop", deployment_id="first", phase="standby", waits={"watch": "token"})
    shop.executions.waiting.add("token")
    event = payload(Input, watched_alarms=SHARED_ALARMS)

    with pytest.raises(StandbyClosing):
        handler(event, CONTEXT, shop.leases, shop.executions)

    assert shop.executions.answers == {"token": "{}"}


def test_while_everything_is_stopped_none_begins_and_no_standby_is_ended(shop: Shop) -> None:
    shop.leases.set("shop", deployment_id="first", phase="standby")
    shop.leases.stopped = Stop(1, "alice", "a flood", "request")
    event = payload(Input, watched_alarms=SHARED_ALARMS)

    with pytest.raises(EverythingStopped, match="stopped by alice: a flood"):
        handler(event, CONTEXT, shop.leases, shop.executions)

    assert shop.leases.get("shop").phase == "standby"
