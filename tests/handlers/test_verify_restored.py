"""VerifyRestored: is the traffic back, and served?"""

from typing import Any

import pytest

from tests.core.shop import BLUE, GREEN, payload
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import RestoreUnverified, SplitNotApplied
from viridian.handlers.verify_restored import Input, handler


def verify(shop: Shop) -> dict[str, Any]:
    return handler(payload(Input), CONTEXT, shop.balancers)


def test_all_traffic_on_a_healthy_live_side_is_restored(shop: Shop) -> None:
    shop.balancers.states |= {BLUE: ["healthy"], GREEN: []}

    assert verify(shop) == {"candidate_percent": 0}
    assert shop.balancers.written == [], "it only looks"


def test_any_traffic_left_on_the_candidate_is_not(shop: Shop) -> None:
    shop.split(1)

    with pytest.raises(SplitNotApplied):
        verify(shop)


def test_a_live_side_without_a_healthy_target_is_not(shop: Shop) -> None:
    shop.balancers.states[BLUE] = ["unhealthy"]

    with pytest.raises(RestoreUnverified):
        verify(shop)
