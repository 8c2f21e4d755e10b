"""CandidateSteady: wake the deployment that waits for this fleet."""

from typing import Any

from tests.core.shop import BLUE_FLEET, GREEN_FLEET
from tests.handlers.conftest import CONTEXT, Shop
from viridian.handlers.events.candidate_steady import handler


def tell(shop: Shop, fleet: str = GREEN_FLEET) -> dict[str, Any]:
    event = {"service": "shop", "ecs_service": fleet}
    return handler(event, CONTEXT, shop.leases, shop.executions)


def wait(shop: Shop) -> None:
    shop.leases.set("shop", waits={GREEN_FLEET: "token"})
    shop.executions.waiting.add("token")


def test_a_deployment_that_waits_for_the_fleet_is_woken(shop: Shop) -> None:
    wait(shop)

    assert tell(shop) == {"is_woken": True}
    assert shop.executions.answers == {"token": "{}"}


def test_another_fleet_wakes_nobody(shop: Shop) -> None:
    wait(shop)

    assert tell(shop, BLUE_FLEET) == {"is_woken": False}
    assert shop.executions.waiting == {"token"}


def test_an_event_that_comes_late_is_fine(shop: Shop) -> None:
    wait(shop)
    shop.executions.waiting.clear()

    assert tell(shop) == {"is_woken": False}
