"""VerifyRestored: is the traffic back, and served?"""

from typing import Any

import pytest

from tests.core.shop import BLUE, GREEN, payload
from tests.handlers.conftest import Shop
from viridian.core.errors import RestoreUnverified, SplitNotApplied
from viridian.handlers.verify_restored import Input, handler


def verify(shop: Shop, context: Any) -> dict[str, Any]:
    return handler(payload(Input), context, shop.balancers)


def test_all_traffic_on_a_healthy_live_side_is_restored(shop: Shop, context: Any) -> None:
    assert verify(shop, context) == {"candidate_percent": 0}


@pytest.mark.parametrize("percent", [1, 100])
def test_any_traffic_left_on_the_candidate_is_not(shop: Shop, context: Any, percent: int) -> None:
    shop.split(percent)

    with pytest.raises(SplitNotApplied):
        verify(shop, context)


def test_a_live_side_without_a_healthy_target_is_not(shop: Shop, context: Any) -> None:
    shop.balancers.states[BLUE] = ["unhealthy"]

    with pytest.raises(RestoreUnverified):
        verify(shop, context)


def test_it_only_looks(shop: Shop, context: Any) -> None:
    shop.balancers.states[GREEN] = []
    verify(shop, context)

    assert shop.balancers.written == []
