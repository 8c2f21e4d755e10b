"""VerifyProduction: every answer on the production route must be the release's."""

from typing import Any

import pytest

from tests.core.shop import payload
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import WrongVersionServed
from viridian.handlers.verify_production import Input, handler


def verify(shop: Shop) -> dict[str, Any]:
    return handler(payload(Input, url="http://shop.example:80"), CONTEXT, shop.probe)


def test_every_check_is_asked_often_and_as_a_client_asks_it(shop: Shop) -> None:
    assert verify(shop) == {"requests": 20}
    assert shop.probe.asked == [(f"http://shop.example:80/{p}", {}) for p in ("", "missing")] * 10


def test_one_answer_of_another_version_is_a_breach(shop: Shop) -> None:
    shop.probe.answers["/missing"] = (404, "1.0.0")

    with pytest.raises(WrongVersionServed, match=r"^GET /missing: wanted version 1.1.0 .* 1.0.0$"):
        verify(shop)
