"""ShiftTraffic: seen healthy, allowed by the lease, written, read back: in this order."""

from dataclasses import asdict
from typing import Any

import pytest

from tests.core.shop import (
    BLUE,
    BLUE_FLEET,
    GREEN,
    GREEN_FLEET,
    WATCHED_ALARMS,
    asking,
    payload,
    sides,
)
from tests.core.shop import step as step_of_plan
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import (
    CandidateBreached,
    CandidateFailing,
    DeploymentPaused,
    FenceStale,
    HookAwaited,
    HookFailed,
    SideBehind,
    SideUnhealthy,
    SplitChanged,
)
from viridian.core.hold import Stop
from viridian.handlers.shift_traffic import Input, handler

NOW = 1_800_000_000.5
REVISION = "arn:aws:ecs:task-definition/green:1"


def shift(shop: Shop, step: int = 0, **members: Any) -> dict[str, Any]:
    event = payload(
        Input,
        **{
            "step": step_of_plan(step),
            "revision": REVISION,
            "after_percent": 0,
            **members,
        },
    )
    return handler(
        event,
        CONTEXT,
        shop.leases,
        shop.balancers,
        shop.alarms,
        shop.fleets,
        lambda: NOW,
        shop.hooks,
        shop.decisions,
    )


@pytest.mark.parametrize(("step", "percent", "seconds"), [(0, 10, 22), (1, 50, 60), (2, 100, 42)])
def test_the_candidate_gets_the_step_s_share_and_is_watched_from_then_on(
    shop: Shop, step: int, percent: int, seconds: int
) -> None:
    assert shift(shop, step) == {
        "candidate_percent": percent,
        "shifted_at": NOW,
        "watch_seconds": seconds,
    }
    assert shop.weights == {BLUE: 100 - percent, GREEN: percent}


@pytest.mark.parametrize(
    ("grown", "behind"), [(BLUE_FLEET, GREEN_FLEET), (GREEN_FLEET, BLUE_FLEET)]
)
def test_both_sides_get_the_size_of_the_larger_before_any_traffic_moves(
    shop: Shop, grown: str, behind: str
) -> None:
    """Live for the way back, the candidate for what comes next: each may have to carry all."""
    shop.ecs.services[grown].desired = 3
    shop.balancers.states[BLUE if grown == BLUE_FLEET else GREEN].append("healthy")

    with pytest.raises(SideBehind, match="wanted 3 healthy targets, found 2 healthy"):
        shift(shop)
    assert shop.ecs.services[behind].desired == 3
    assert shop.balancers.written == []

    for states in shop.balancers.states.values():
        states[:] = ["healthy"] * 3
    assert shift(shop)["candidate_percent"] == 10


def test_a_live_side_that_could_not_take_all_back_is_waited_for(shop: Shop) -> None:
    shop.balancers.states[BLUE][1] = "unhealthy"

    with pytest.raises(SideBehind):
        shift(shop)
    assert shop.balancers.written == []


def test_roles_may_be_the_other_way_round(shop: Shop) -> None:
    shop.split(100)
    revision = "arn:aws:ecs:task-definition/blue:1"

    shift(shop, sides=asdict(sides("green")), revision=revision)

    assert shop.weights == {GREEN: 90, BLUE: 10}


def test_a_candidate_that_runs_something_else_by_now_gets_nothing(shop: Shop) -> None:
    with pytest.raises(SideUnhealthy, match="wanted arn:other on the candidate, found"):
        shift(shop, revision="arn:other")

    assert shop.balancers.written == []


@pytest.mark.parametrize("found", [0, 30, 100])
def test_a_split_that_somebody_else_wrote_is_not_written_over(shop: Shop, found: int) -> None:
    shop.split(found)
    shop.leases.set("shop", changed_by="at noon by alice")

    with pytest.raises(SplitChanged, match=r"somebody else moves this traffic; .* noon by alice"):
        shift(shop, step=1, after_percent=10)

    assert shop.balancers.written == []


def test_a_step_that_is_asked_for_again_changes_nothing(shop: Shop) -> None:
    assert shift(shop) == shift(shop)


def test_a_candidate_not_seen_healthy_at_its_size_gets_nothing(shop: Shop) -> None:
    shop.balancers.states[GREEN] = ["healthy"]

    with pytest.raises(SideUnhealthy):
        shift(shop, step=1)

    assert (shop.balancers.written, shop.leases.get("shop").candidate_percent) == ([], 0)


def test_a_closed_gate_lets_nothing_forward(shop: Shop) -> None:
    shop.breach()

    with pytest.raises(CandidateBreached, match="shop-elb-5xx went into ALARM"):
        shift(shop)

    assert shop.balancers.written == []


def test_a_stale_fence_writes_nothing(shop: Shop) -> None:
    shop.hold_lease("shop-1.2.0-newer")

    with pytest.raises(FenceStale):
        shift(shop)

    assert shop.balancers.written == []


def test_an_alarm_that_fired_before_it_was_watched_stops_the_shift(shop: Shop) -> None:
    shop.alarms.known["shop-green-5xx"] = "ALARM"

    with pytest.raises(CandidateFailing, match=r"^in ALARM: shop-green-5xx$"):
        shift(shop)

    assert shop.balancers.written == []
    assert shop.leases.get("shop").watched_alarms == WATCHED_ALARMS, "watched, then looked at"


def test_while_everything_is_stopped_no_share_is_given(shop: Shop) -> None:
    shop.leases.stopped = Stop(int(NOW), "alice", "a flood", "request")

    with pytest.raises(DeploymentPaused, match="everything was stopped by alice: a flood"):
        shift(shop)

    assert (shop.balancers.written, shop.leases.get("shop").candidate_percent) == ([], 0)


def test_a_step_whose_bake_was_ended_before_is_looked_at_soon(shop: Shop) -> None:
    shop.leases.set("shop", hurried_percent=100)

    assert shift(shop)["watch_seconds"] == 5


PEOPLE = {"name": "go", "at": "before_shift", "deadline_seconds": 60}
ASKING = asking({"at": "after_ready"}, {"name": "scan", "at": "before_shift"}, approvals=[PEOPLE])


def assert_awaits(shop: Shop, key: str, step: int = 0, after_percent: int = 0) -> None:
    """That it asks this, and moves nothing until it is answered."""
    before = shop.weights
    with pytest.raises(HookAwaited):
        shift(shop, step, after_percent=after_percent, settings=ASKING)
    assert (shop.asked[-1], shop.weights, shop.balancers.written) == (key, before, [])
    shop.answer(key, "pass")


def test_the_first_share_waits_for_those_who_are_asked_of_a_ready_candidate_then_of_the_step(
    shop: Shop,
) -> None:
    for key in ("load", "scan-10", "go-10"):
        assert_awaits(shop, key)

    assert shift(shop, settings=ASKING)["candidate_percent"] == 10
    told = {request["evidence"] for request in shop.executions.started.values()}
    assert told == {"the candidate is healthy, warm and passed its smoke tests"}
    assert not shop.leases.get("shop").unheard


def test_each_later_share_waits_for_those_of_the_step_alone(shop: Shop) -> None:
    shop.split(10)

    for key in ("scan-50", "go-50"):
        assert_awaits(shop, key, step=1, after_percent=10)

    assert shift(shop, 1, after_percent=10, settings=ASKING)["candidate_percent"] == 50
    told = {request["evidence"] for request in shop.executions.started.values()}
    assert told == {"the evidence at 10 % was healthy"}


def test_what_is_not_let_pass_rejects_before_the_first_shift_and_goes_back_after_it(
    shop: Shop,
) -> None:
    with pytest.raises(HookAwaited):
        shift(shop, settings=ASKING)
    shop.answer("load", "fail")
    with pytest.raises(HookFailed, match=r"^load: fail: because of load$"):
        shift(shop, settings=ASKING)

    shop.split(10)
    with pytest.raises(HookAwaited):
        shift(shop, 1, after_percent=10, settings=ASKING)
    shop.answer("scan-50", "inconclusive")
    with pytest.raises(CandidateFailing, match=r"^HookFailed: scan-50: inconclusive: because of"):
        shift(shop, 1, after_percent=10, settings=ASKING)
    assert shop.balancers.written == []


def test_a_share_that_was_given_before_asks_nobody(shop: Shop) -> None:
    """The function ended half-way and is called again: there is traffic to take back by now."""
    shop.leases.set("shop", candidate_percent=10)

    assert shift(shop, settings=ASKING)["candidate_percent"] == 10
    assert shop.asked == []


def test_a_bake_that_was_ended_passes_by_nobody_who_is_asked(shop: Shop) -> None:
    shop.leases.set("shop", hurried_percent=100)

    assert_awaits(shop, "load")
    assert shop.leases.get("shop").candidate_percent == 0
