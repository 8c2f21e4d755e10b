"""AlarmChanged: the breach is recorded, then the bake is ended."""

from io import StringIO
from typing import Any

import pytest

from tests.handlers.conftest import Shop
from viridian.handlers.events.alarm_changed import handler

BREACH = "shop-elb-5xx went into ALARM at 12:00: 11 > 10"


class Unreachable:
    """Step Functions, while it cannot be reached."""

    def fail(self, *_arguments: str) -> bool:
        raise ConnectionError("unreachable")


def change(
    shop: Shop, context: Any, alarm: str = "shop-elb-5xx", executions: Any = None
) -> dict[str, Any]:
    event = {
        "service": "shop",
        "alarm": alarm,
        "reason": "11 > 10",
        "at": "12:00",
    }
    return handler(event, context, shop.leases, executions or shop.executions)


def wait(shop: Shop) -> None:
    shop.leases.set("shop", waits={"bake": "token"})
    shop.executions.waiting.add("token")


def test_a_watched_alarm_ends_the_bake_at_once(shop: Shop, context: Any) -> None:
    wait(shop)

    assert change(shop, context) == {"is_watched": True, "is_bake_ended": True}
    assert shop.executions.answers == {"token": ("CandidateBreached", BREACH)}


def test_a_breach_outside_of_a_bake_is_recorded_for_the_next_move(shop: Shop, context: Any) -> None:
    assert change(shop, context) == {"is_watched": True, "is_bake_ended": False}
    assert shop.leases.get("shop").breach == BREACH


def test_the_breach_is_recorded_before_the_wait_is_answered(shop: Shop, context: Any) -> None:
    wait(shop)

    with pytest.raises(ConnectionError):
        change(shop, context, executions=Unreachable())

    assert shop.leases.get("shop").breach == BREACH


def test_an_answer_that_comes_late_is_fine(shop: Shop, context: Any) -> None:
    wait(shop)
    shop.executions.waiting.clear()

    assert change(shop, context) == {"is_watched": True, "is_bake_ended": False}
    assert shop.leases.get("shop").breach == BREACH


def test_an_event_delivered_twice_is_one_breach(shop: Shop, context: Any) -> None:
    wait(shop)
    change(shop, context)

    assert change(shop, context) == {"is_watched": True, "is_bake_ended": False}
    assert len(shop.executions.answers) == 1


def test_an_alarm_that_nobody_watches_changes_nothing(shop: Shop, context: Any) -> None:
    wait(shop)

    assert change(shop, context, "shop-blue-5xx") == {"is_watched": False, "is_bake_ended": False}
    assert (shop.leases.get("shop").breach, shop.executions.answers) == (None, {})


def test_an_alarm_between_deployments_changes_nothing(shop: Shop, context: Any) -> None:
    shop.leases.items.clear()

    assert change(shop, context) == {"is_watched": False, "is_bake_ended": False}


def test_the_token_is_not_logged(shop: Shop, context: Any, log: StringIO) -> None:
    shop.leases.set("shop", waits={"bake": "secret-token"})
    shop.executions.waiting.add("secret-token")

    change(shop, context)

    assert "alarm changed" in log.getvalue()
    assert "secret-token" not in log.getvalue()
