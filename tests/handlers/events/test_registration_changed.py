"""RegistrationChanged: a new task template is deployed once, where the service asks for it."""

import json
from typing import Any

import pytest

from tests.core.shop import BUNDLE_RELEASE, DEPLOYMENT_ID, REGISTRATION, TEMPLATE
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.deployment import Ran
from viridian.core.errors import EventInvalid
from viridian.core.fleet import Blueprint
from viridian.core.record import promoted
from viridian.core.sides import Production
from viridian.handlers.events.registration_changed import handler

NEWER = TEMPLATE.replace(":4", ":5")


@pytest.fixture
def live(shop: Shop) -> Shop:
    """A shop whose live release was made from the template that is registered."""
    production = Production("1.1.0", "green", DEPLOYMENT_ID, "before", "now")
    shop.records.write(promoted("shop", production))
    shop.records.keep_ran(Ran(BUNDLE_RELEASE, Blueprint(TEMPLATE, "arn:shop:5"), DEPLOYMENT_ID))
    return shop


def register(shop: Shop, template: str, wish: str) -> None:
    settings = {**REGISTRATION["settings"], "on_template_change": wish}
    written = {**REGISTRATION, "template": template, "settings": settings}
    shop.registrations.texts["shop"] = json.dumps(written)


def changed(shop: Shop, name: Any = "/viridian/services/shop") -> Any:
    event = {"id": "event", "detail": {"name": name, "operation": "Update"}}
    around = shop.executions, shop.registrations, shop.records
    return handler(event, CONTEXT, *around, "machine")["deployment_id"]


def test_what_is_live_is_deployed_on_a_new_template_once(live: Shop) -> None:
    register(live, NEWER, "deploy")

    name = changed(live)

    assert name.startswith("shop-template-")
    assert live.executions.started == {("machine", name): {"service": "shop"}}
    assert changed(live) == name
    register(live, NEWER.replace(":5", ":6"), "deploy")
    assert changed(live) not in (None, name)


@pytest.mark.parametrize(("template", "wish"), [(NEWER, "wait"), (TEMPLATE, "deploy")])
def test_without_the_service_s_wish_or_a_new_template_nothing_starts(
    live: Shop, template: str, wish: str
) -> None:
    register(live, template, wish)

    assert changed(live) is None
    assert live.executions.started == {}


def test_before_the_first_promotion_nothing_starts(shop: Shop) -> None:
    register(shop, NEWER, "deploy")

    assert changed(shop) is None


@pytest.mark.parametrize("name", [None, 7, "/viridian/services/", "/other/shop"])
def test_what_is_no_registration_is_refused_with_its_path(live: Shop, name: Any) -> None:
    with pytest.raises(EventInvalid, match=r"event\.detail\.name"):
        changed(live, name)
