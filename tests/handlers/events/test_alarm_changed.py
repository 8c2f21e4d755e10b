"""AlarmChanged: the breach is recorded, then the bake is ended."""

import json
from io import StringIO
from typing import Any

import pytest

from tests.fakes import FakeExecutions
from tests.handlers.conftest import CONTEXT, Shop
from viridian.handlers.events.alarm_changed import handler

BREACH = "shop-elb-5xx went into ALARM at 12:00: 11 > 10"


class Unreachable(FakeExecutions):
    """Step Functions, while it cannot be reached."""

    def fail(self, token: str, error: str, cause: str) -> bool:
        raise ConnectionError("unreachable")


def change(shop: Shop, alarm: str = "shop-elb-5xx") -> Any:
    event = {"service": "shop", "alarm": alarm, "reason": "11 > 10", "at": "12:00"}
    return handler(event, CONTEXT, shop.leases, shop.executions)


def wait(shop: Shop, token: str = "token") -> None:
    shop.leases.set("shop", waits={"watch": token})
    shop.executions.waiting.add(token)


def test_a_watched_alarm_ends_the_bake_at_once(shop: Shop) -> None:
    wait(shop)

    assert change(shop) == {"is_watched": True, "is_bake_ended": True}
    assert shop.executions.answers == {"token": ("CandidateBreached", BREACH)}


@pytest.mark.parametrize("waits", [{}, {"watch": "a token that is no longer waited on"}])
def test_a_breach_outside_of_a_bake_is_recorded_for_the_next_move(
    shop: Shop, waits: dict[str, str]
) -> None:
    shop.leases.set("shop", waits=waits)

    assert change(shop) == {"is_watched": True, "is_bake_ended": False}
    assert shop.leases.get("shop").breach == BREACH


def test_the_breach_is_recorded_before_the_wait_is_answered(shop: Shop) -> None:
    wait(shop)
    shop.executions = Unreachable()

    with pytest.raises(ConnectionError):
        change(shop)

    assert shop.leases.get("shop").breach == BREACH


def test_an_alarm_that_nobody_watches_changes_nothing(shop: Shop) -> None:
    wait(shop)

    assert change(shop, "shop-blue-5xx") == {"is_watched": False, "is_bake_ended": False}
    assert (shop.leases.get("shop").breach, shop.executions.answers) == (None, {})


def test_the_token_is_not_logged(shop: Shop, log: StringIO) -> None:
    wait(shop, "secret-token")

    change(shop)

    assert "alarm changed" in log.getvalue()
    assert "secret-token" not in log.getvalue()


@pytest.mark.parametrize(("shifted_after", "is_breach"), [(60, False), (59, True), (20, True)])
def test_an_alarm_is_a_breach_unless_all_that_it_saw_was_before_the_first_shift(
    shop: Shop, shifted_after: int, is_breach: bool
) -> None:
    """Of the minute of the shift itself, nobody knows which part of it was bad."""
    wait(shop)
    shop.leases.set("shop", first_shifted_at=1_800_000_000 + shifted_after)
    points = [{"timestamp": "2027-01-15T08:00:00.000+0000", "value": 9.0}]
    state = {"reasonData": json.dumps({"period": 60, "evaluatedDatapoints": points})}
    event = {"service": "shop", "alarm": "shop-elb-5xx", "reason": "", "at": "", "state": state}

    answer = handler(event, CONTEXT, shop.leases, shop.executions)
    assert answer == {"is_watched": is_breach, "is_bake_ended": is_breach}
