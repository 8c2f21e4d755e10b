"""WatchStandby: a look between two waits of the standby window."""

from typing import Any

import pytest

from tests.core.shop import (
    BLUE_FLEET,
    DEPLOYMENT_ID,
    GREEN_FLEET,
    SCALED,
    SETTINGS,
    asking,
    payload,
)
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
    given = shop.leases, shop.alarms, lambda: now, shop.fleets, shop.hooks, shop.decisions
    return handler(event, CONTEXT, *given)


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


PROVING = asking({"at": "after_promotion", "timeout_seconds": 1800})


def test_the_former_live_is_kept_until_those_have_answered_who_are_asked_then(shop: Shop) -> None:
    shop.leases.set("shop", phase="standby")

    assert [watch(shop, after, PROVING)["watch_seconds"] for after in (60, 90, 120)] == [5, 30, 60]
    [request] = shop.executions.started.values()
    assert (request["key"], request["asked"]["candidate_percent"]) == ("load", 100)
    assert watch(shop, 800, PROVING)["watch_seconds"] == 100, "the window ends before"
    past = watch(shop, 900, PROVING)
    assert (past["next"], past["watch_seconds"]) == ("Watch", 600)
    assert watch(shop, 900)["next"] == "Retire", "of a service that asks nobody"

    shop.answer("load", "pass")
    assert watch(shop, 300, PROVING)["watch_seconds"] == 300, "then as ever"
    assert watch(shop, 900, PROVING)["next"] == "Retire"


@pytest.mark.parametrize("verdict", ["fail", None])
def test_what_is_found_bad_or_gets_no_answer_then_takes_production_back(
    shop: Shop, verdict: str | None
) -> None:
    watch(shop, settings=PROVING)
    if verdict:
        shop.answer("load", verdict)

    found = watch(shop, 60 + 1860, PROVING)

    told = "fail: because of load" if verdict else "no_answer: none came in time"
    assert (found["next"], found["failure"]["Cause"]) == ("Restore", f"HookFailed: load: {told}")


def test_the_next_deployment_waits_for_no_hook(shop: Shop) -> None:
    shop.leases.set("shop", phase="closing")

    assert watch(shop, settings=PROVING)["next"] == "Retire"
    assert shop.asked == []


def test_what_is_taken_back_asks_nobody(shop: Shop) -> None:
    shop.alarms.known["shop-green-5xx"] = "ALARM"

    assert watch(shop, settings=PROVING)["failure"]["Cause"] == "in ALARM: shop-green-5xx"
    assert shop.asked == []
