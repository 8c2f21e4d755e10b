"""SmokeTest: every check of the service, on the test route of the candidate."""

from typing import Any

import pytest

from tests.core.shop import payload
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import SmokeTestFailed
from viridian.handlers.smoke_test import Input, handler

URL = "http://shop.example:8080"


def smoke(shop: Shop, colour: str = "green") -> dict[str, Any]:
    return handler(payload(Input, url=URL, colour=colour), CONTEXT, shop.probe)


@pytest.mark.parametrize("colour", ["green", "blue"])
def test_every_check_is_asked_on_the_test_route(shop: Shop, colour: str) -> None:
    assert smoke(shop, colour) == {"checks": 2}
    assert shop.probe.asked == [
        ("http://shop.example:8080/", {"X-Viridian-Target": colour}),
        ("http://shop.example:8080/missing", {"X-Viridian-Target": colour}),
    ]


def test_every_complaint_is_told_at_once(shop: Shop) -> None:
    shop.probe.answers.clear()
    shop.probe.answers["/"] = (200, "1.0.0")

    with pytest.raises(SmokeTestFailed) as refusal:
        smoke(shop)

    assert str(refusal.value) == (
        "GET /: wanted version 1.1.0 in X-Release-Version, found 1.0.0; "
        "GET /missing: wanted 404, found connection refused"
    )
