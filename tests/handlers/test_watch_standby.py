"""WatchStandby: a look between two waits of the standby window."""

from typing import Any

import pytest

from tests.core.shop import BLUE_FLEET, DEPLOYMENT_ID, GREEN_FLEET, SCALED, SETTINGS, payload
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import FenceStale
from viridian.handlers.watch_standby import Input, handler

PROMOTED_AT = "2026-11-01T12:00:00+00:00"
NOON = 1_793_534_400.0


def watch(
    shop: Shop, after_seconds: float = 60, settings: dict[str, Any] = SETTINGS
) -> dict[str, Any]:
    asked = {**settings, "standby_seconds": 900}
    event = payload(Input, promoted_at=PROMOTED_AT, settings=asked)
    now = NOON + after_seconds
    return handler(event, CONTEXT, shop.leases, shop.alarms, lambda: now, shop.fleets)


def test_a_quiet_release_is_watched_on_until_its_window_is_over(shop: Shop) -> None:
    assert (watch(shop)["next"], watch(shop)["watch_seconds"]) == ("Watch", 60)
    assert watch(shop, 900)["next"] == "Retire"


def test_where_the_release_grows_by_itself_its_way_back_grows_with_it(shop: Shop) -> None:
    shop.ecs.services[GREEN_FLEET].desired = 5

    watch(shop)
    assert shop.ecs.services[BLUE_FLEET].desired == 2, "nothing scales this service"
    assert watch(shop, 600, settings=SCALED)["watch_seconds"] == 300
    assert shop.ecs.services[BLUE_FLEET].desired == 5


def test_an_alarm_whose_event_never_came_takes_production_back(shop: Shop) -> None:
    shop.alarms.known["shop-green-5xx"] = "ALARM"

    assert watch(shop)["next"] == "Restore"
    assert watch(shop)["failure"]["Cause"] == "in ALARM: shop-green-5xx"


def test_a_breach_that_is_recorded_takes_production_back(shop: Shop) -> None:
    shop.breach()

    assert watch(shop, 900)["next"] == "Restore"


def test_a_request_that_waits_ends_the_window(shop: Shop) -> None:
    shop.leases.set("shop", phase="closing")

    assert watch(shop)["next"] == "Retire"


def test_a_lease_that_another_has_ends_it(shop: Shop) -> None:
    shop.leases.set("shop", fence=2, deployment_id=DEPLOYMENT_ID)

    with pytest.raises(FenceStale):
        watch(shop)


def test_a_person_keeps_the_former_live_beyond_its_window(shop: Shop) -> None:
    shop.leases.set("shop", phase="standby", paused="paused by alice", pause_ends=int(NOON) + 2000)

    assert watch(shop, 900)["next"] == "Watch"
    assert watch(shop, 2000)["next"] == "Retire"
