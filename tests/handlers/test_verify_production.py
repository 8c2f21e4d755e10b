"""VerifyProduction: every answer on the production route must be the release's."""

from typing import Any

import pytest

from tests.core.shop import payload
from tests.handlers.conftest import Shop
from viridian.core.errors import WrongVersionServed
from viridian.handlers.verify_production import Input, handler


def verify(shop: Shop, context: Any) -> dict[str, Any]:
    return handler(payload(Input, url="http://shop.example:80"), context, shop.probe)


def test_every_check_is_asked_often_on_the_production_route(shop: Shop, context: Any) -> None:
    assert verify(shop, context) == {"requests": 20}
    assert len(shop.probe.asked) == 20
    assert {url for url, _ in shop.probe.asked} == {
        "http://shop.example:80/",
        "http://shop.example:80/missing",
    }


def test_production_is_asked_as_a_client_asks_it(shop: Shop, context: Any) -> None:
    verify(shop, context)

    assert all(headers == {} for _, headers in shop.probe.asked)


@pytest.mark.parametrize("answer", [(200, "1.0.0"), (200, None), (503, "1.1.0")])
def test_one_wrong_answer_is_a_breach(
    shop: Shop, context: Any, answer: tuple[int, str | None]
) -> None:
    shop.probe.answers["/"] = answer

    with pytest.raises(WrongVersionServed, match=r"^GET /: wanted"):
        verify(shop, context)


def test_an_answer_that_does_not_come_is_a_breach(shop: Shop, context: Any) -> None:
    shop.probe.answers.clear()

    with pytest.raises(WrongVersionServed, match="connection refused"):
        verify(shop, context)
