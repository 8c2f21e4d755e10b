"""AcquireLease: one deployment of a service at a time."""

from typing import Any

import pytest

from tests.core.shop import DEPLOYMENT_ID, SHARED_ALARMS, payload
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import EverythingStopped, LeaseHeld, StandbyClosing, TurnAwaited
from viridian.core.hold import Stop
from viridian.handlers.acquire_lease import Input, handler


def test_a_free_lease_is_taken_and_the_shared_alarms_watched(shop: Shop) -> None:
    shop.leases.items.clear()

    event = payload(Input, watched_alarms=SHARED_ALARMS)

    assert handler(event, CONTEXT, shop.leases, shop.executions) == {"fence": 1}
    lease = shop.leases.get("shop")
    assert (lease.deployment_id, lease.acquired_at) == (DEPLOYMENT_ID, "2026-11-01T12:00Z")
    assert lease.watched_alarms == SHARED_ALARMS


def test_a_standby_that_is_watched_is_asked_to_end_at_once(shop: Shop) -> None:
    shop.leases.set("shop", deployment_id="first", phase="standby", waits={"watch": "token"})
    shop.executions.waiting.add("token")
    event = payload(Input, watched_alarms=SHARED_ALARMS)

    with pytest.raises(StandbyClosing):
        handler(event, CONTEXT, shop.leases, shop.executions)

    assert shop.executions.answers == {"token": "{}"}


def test_while_everything_is_stopped_none_begins_and_no_standby_is_ended(shop: Shop) -> None:
    shop.leases.set("shop", deployment_id="first", phase="standby")
    shop.leases.stopped = Stop(1, "alice", "a flood", "request")
    event = payload(Input, watched_alarms=SHARED_ALARMS)

    with pytest.raises(EverythingStopped, match="stopped by alice: a flood"):
        handler(event, CONTEXT, shop.leases, shop.executions)

    assert shop.leases.get("shop").phase == "standby"


FIRST, SECOND, THIRD = (f"12:0{n}#shop-{n}" for n in (1, 2, 3))
QUEUEING = ["queue", "queue_latest", "supersede"]


def ask(shop: Shop, on_busy: str, turn: str = "") -> Any:
    """As the execution does that waits since then, or does not yet."""
    since, _, name = turn.partition("#")
    event = payload(Input, watched_alarms=SHARED_ALARMS, waits_since=since, on_busy=on_busy)
    event["deployment_id"] = name or "shop-9"
    return handler(event, CONTEXT, shop.leases, shop.executions, lambda: 0.0)


def wait_in(shop: Shop, *turns: str) -> None:
    for turn in turns:
        shop.leases.await_turn("shop", turn, turn)
        shop.executions.waiting.add(turn)


def test_one_that_is_not_to_wait_is_refused_while_another_runs_or_waits(shop: Shop) -> None:
    with pytest.raises(LeaseHeld, match=f"{DEPLOYMENT_ID} holds the lease"):
        ask(shop, "reject")

    shop.leases.set("shop", deployment_id=None)
    wait_in(shop, FIRST)
    with pytest.raises(LeaseHeld, match="shop-1 waits for the lease before it"):
        ask(shop, "reject")


def test_one_that_waits_is_told_who_is_before_it_and_its_place(shop: Shop) -> None:
    wait_in(shop, FIRST, SECOND)

    with pytest.raises(TurnAwaited, match=r"shop-1, shop-2 waits .*as number 3"):
        ask(shop, "queue")
    assert shop.leases.get("shop").deployment_id == DEPLOYMENT_ID


def test_a_free_lease_is_the_first_one_s(shop: Shop) -> None:
    shop.leases.set("shop", deployment_id=None)
    wait_in(shop, FIRST, THIRD)

    for turn in (SECOND, ""):
        with pytest.raises(TurnAwaited):
            ask(shop, "queue", turn)
    shop.leases.end_turn("shop", FIRST)
    assert ask(shop, "queue", FIRST) == {"fence": 8}
    assert ask(shop, "queue", FIRST) == {"fence": 8}, "asked again"


@pytest.mark.parametrize("on_busy", QUEUEING)
def test_a_newer_one_alone_waits_where_the_service_says_so(shop: Shop, on_busy: str) -> None:
    wait_in(shop, FIRST, THIRD)

    with pytest.raises(TurnAwaited):
        ask(shop, on_busy, SECOND)

    gone = [] if on_busy == "queue" else [FIRST]
    assert list(shop.executions.answers) == gone
    assert set(shop.leases.get("shop").turns) == {FIRST, THIRD} - set(gone)
    if gone:
        assert shop.executions.answers[FIRST] == (
            "DeploymentSuperseded",
            "shop: shop-2 came after it",
        )


@pytest.mark.parametrize(("phase", "is_aborted"), [("deploying", True), ("held", False)])
def test_one_that_supersedes_takes_back_what_runs(shop: Shop, phase: str, is_aborted: bool) -> None:
    shop.leases.set("shop", phase=phase, waits={"watch": "bakes"})
    shop.executions.waiting.add("bakes")

    with pytest.raises(TurnAwaited):
        ask(shop, "supersede")

    breach = "aborted by a newer release: superseded by shop-9"
    assert shop.leases.get("shop").breach == (breach if is_aborted else None)
    assert ("bakes" in shop.executions.answers) is is_aborted


@pytest.mark.parametrize("on_busy", QUEUEING)
def test_nobody_waits_for_a_split_that_a_person_has_to_make_whole(shop: Shop, on_busy: str) -> None:
    shop.leases.set("shop", deployment_id=None, candidate_percent=50, moved_by="before")

    with pytest.raises(LeaseHeld, match="make it whole"):
        ask(shop, on_busy)


@pytest.mark.parametrize("on_busy", QUEUEING)
def test_one_that_is_refused_for_such_a_split_sends_nobody_away(shop: Shop, on_busy: str) -> None:
    shop.leases.set("shop", deployment_id=None, candidate_percent=50, moved_by="before")
    wait_in(shop, FIRST)

    with pytest.raises(LeaseHeld):
        ask(shop, on_busy)
    assert set(shop.leases.get("shop").turns) == {FIRST}
