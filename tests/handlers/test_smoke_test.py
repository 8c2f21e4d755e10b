"""SmokeTest: every check of the service, on the test route of the candidate."""

from dataclasses import replace
from typing import Any

import pytest

from tests.core.shop import payload
from tests.fakes import FakeSecrets
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import SmokeTestFailed
from viridian.handlers.smoke_test import Input, handler

URL = "http://shop.example:8080"


def smoke(shop: Shop, colour: str = "green", **settings: Any) -> dict[str, Any]:
    given = payload(Input, url=URL, colour=colour)
    return handler(given | {"settings": given["settings"] | settings}, CONTEXT, shop.probe)


@pytest.mark.parametrize("colour", ["green", "blue"])
def test_every_check_is_asked_on_the_test_route(shop: Shop, colour: str) -> None:
    assert smoke(shop, colour) == {"checks": 2}
    assert shop.probe.asked == [
        ("http://shop.example:8080/", {"X-Viridian-Target": colour}),
        ("http://shop.example:8080/missing", {"X-Viridian-Target": colour}),
    ]
    assert shop.probe.connected_to == {"balancer.example"}


def test_every_complaint_is_told_at_once(shop: Shop) -> None:
    shop.probe.answers.clear()
    shop.probe.answers["/"] = (200, "1.0.0")

    with pytest.raises(SmokeTestFailed) as refusal:
        smoke(shop)

    assert str(refusal.value) == (
        "GET /: wanted version 1.1.0 in X-Release-Version, found 1.0.0; "
        "GET /missing: wanted 404, found connection refused"
    )


ORDER = {"path": "/orders", "status": 201, "method": "POST", "body": "{}", "json": {"/ok": True}}


def test_what_is_not_safe_is_asked_once_and_in_its_order(shop: Shop) -> None:
    shop.probe.answers["/orders"] = (201, "1.1.0")
    shop.probe.bodies["/orders"] = b'{"ok": true}'

    assert smoke(shop, smoke_tests=[{"path": "/"}, ORDER, {"path": "/"}]) == {"checks": 3}
    assert shop.probe.methods == ["GET", "POST", "GET"]


def test_a_body_that_is_not_the_one_wanted_rejects_the_candidate(shop: Shop) -> None:
    shop.probe.answers["/orders"] = (201, "1.1.0")
    shop.probe.bodies["/orders"] = b'{"ok": false}'

    with pytest.raises(SmokeTestFailed, match=r"^POST /orders: wanted true at /ok, found false$"):
        smoke(shop, smoke_tests=[{"path": "/"}, ORDER])


TOKEN = "viridian/test/shop/token"
SECRET = {"path": "/", "secret_headers": {"Authorization": TOKEN}}


def test_a_check_s_secret_is_read_once_and_sent_with_it_alone(shop: Shop) -> None:
    secrets = FakeSecrets(texts={TOKEN: "Bearer a"})
    shop.probe = replace(shop.probe, secrets=secrets)

    plain = {"path": "/missing", "status": 404}
    assert smoke(shop, smoke_tests=[SECRET, plain]) == {"checks": 2}
    sent = [headers.get("Authorization") for _, headers in shop.probe.asked]
    assert sent == ["Bearer a", None]
    assert secrets.read == [TOKEN]


def test_a_check_whose_secret_cannot_be_read_is_not_asked_and_rejects_the_candidate(
    shop: Shop,
) -> None:
    secrets = FakeSecrets(texts={})
    shop.probe = replace(shop.probe, secrets=secrets)

    with pytest.raises(
        SmokeTestFailed, match=rf"^GET /: wanted 200, found the secret {TOKEN} is not"
    ):
        smoke(shop, smoke_tests=[SECRET, SECRET])
    assert (shop.probe.asked, secrets.read) == ([], [TOKEN])
