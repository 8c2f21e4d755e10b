"""SmokeTest: every check of the service, on the test route of the candidate."""

from typing import Any

import pytest

from tests.core.shop import payload
from tests.handlers.conftest import Shop
from viridian.core.errors import SmokeTestFailed
from viridian.handlers.smoke_test import Input, handler

URL = "http://shop.example:8080"


def smoke(shop: Shop, context: Any, **members: Any) -> dict[str, Any]:
    return handler(payload(Input, url=URL, **{"colour": "green", **members}), context, shop.probe)


def test_every_check_is_asked_on_the_test_route(shop: Shop, context: Any) -> None:
    assert smoke(shop, context) == {"checks": 2}
    assert shop.probe.asked == [
        ("http://shop.example:8080/", {"X-Viridian-Target": "green"}),
        ("http://shop.example:8080/missing", {"X-Viridian-Target": "green"}),
    ]


def test_the_candidate_is_a_role_and_not_a_colour(shop: Shop, context: Any) -> None:
    smoke(shop, context, colour="blue")

    assert {headers["X-Viridian-Target"] for _, headers in shop.probe.asked} == {"blue"}


def test_every_complaint_is_told_at_once(shop: Shop, context: Any) -> None:
    shop.probe.answers.clear()
    shop.probe.answers["/"] = (500, "1.1.0")

    with pytest.raises(SmokeTestFailed) as refusal:
        smoke(shop, context)

    assert str(refusal.value) == (
        "GET /: wanted 200, found 500; GET /missing: wanted 404, found connection refused"
    )


def test_a_right_answer_of_another_version_is_wrong(shop: Shop, context: Any) -> None:
    shop.probe.answers["/"] = (200, "1.0.0")

    with pytest.raises(SmokeTestFailed, match=r"wanted version 1.1.0 in .*, found 1.0.0"):
        smoke(shop, context)
