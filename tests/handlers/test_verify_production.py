"""VerifyProduction: every answer on the production route must be the release's."""

from dataclasses import replace
from typing import Any

import pytest

from tests.core.shop import payload
from tests.fakes import FakeSecrets
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import WrongVersionServed
from viridian.core.service.smoke_tests import METHODS
from viridian.handlers.verify_production import Input, handler


def verify(shop: Shop, **settings: Any) -> dict[str, Any]:
    given = payload(Input, url="http://shop.example:80")
    return handler(given | {"settings": given["settings"] | settings}, CONTEXT, shop.probe)


def test_every_check_is_asked_often_and_as_a_client_asks_it(shop: Shop) -> None:
    assert verify(shop) == {"requests": 20}
    assert shop.probe.asked == [(f"http://shop.example:80/{p}", {}) for p in ("", "missing")] * 10
    assert shop.probe.connected_to == {"balancer.example"}


def test_a_login_before_production_is_told_as_such(shop: Shop) -> None:
    shop.probe.answers["/"] = (302, None)

    with pytest.raises(WrongVersionServed, match=r"^GET /: wanted 200, found 302 .*login"):
        verify(shop)


def test_one_answer_of_another_version_is_a_breach(shop: Shop) -> None:
    shop.probe.answers["/missing"] = (404, "1.0.0")

    with pytest.raises(WrongVersionServed, match=r"^GET /missing: wanted version 1.1.0 .* 1.0.0$"):
        verify(shop)


def test_production_is_asked_nothing_that_might_change_it(shop: Shop) -> None:
    checks = [{"path": "/", "method": method} for method in METHODS]

    assert verify(shop, smoke_tests=checks) == {"requests": 30}
    assert shop.probe.methods == ["GET", "HEAD", "OPTIONS"] * 10


def test_a_body_of_production_that_is_not_the_one_wanted_is_a_breach(shop: Shop) -> None:
    shop.probe.bodies["/"] = b"<h1>secret</h1>"

    with pytest.raises(WrongVersionServed, match=r"^GET /: wanted the text .* 15 bytes without it"):
        verify(shop, smoke_tests=[{"path": "/", "body_contains": "Welcome"}])


TOKEN = "viridian/test/shop/token"
SECRET = {"path": "/", "secret_headers": {"Authorization": TOKEN}}


def test_a_check_s_secret_is_read_once_and_sent_with_it_alone(shop: Shop) -> None:
    secrets = FakeSecrets(texts={TOKEN: "Bearer a"})
    shop.probe = replace(shop.probe, secrets=secrets)

    plain = {"path": "/missing", "status": 404}
    assert verify(shop, smoke_tests=[SECRET, plain]) == {"requests": 20}
    sent = [headers.get("Authorization") for _, headers in shop.probe.asked]
    assert sent == ["Bearer a", None] * 10
    assert secrets.read == [TOKEN]


def test_a_check_whose_secret_cannot_be_read_is_not_asked_and_is_a_breach(shop: Shop) -> None:
    shop.probe = replace(shop.probe, secrets=FakeSecrets(texts={}))

    with pytest.raises(
        WrongVersionServed, match=rf"^GET /: wanted 200, found the secret {TOKEN} is not"
    ):
        verify(shop, smoke_tests=[SECRET])
    assert shop.probe.asked == []
