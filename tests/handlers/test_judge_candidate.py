"""JudgeCandidate: the look at the evidence between two waits."""

import json
from typing import Any

import pytest

from tests.core.shop import BLUE_FLEET, GREEN, GREEN_FLEET, SCALING, SETTINGS, asking, payload
from tests.core.shop import step as step_of_plan
from tests.handlers.conftest import CONTEXT, SHIFTED_AT, Shop, answered
from viridian.handlers.judge_candidate import Input, handler

CANDIDATE = "targetgroup/shop-green/2"


def judge(
    shop: Shop,
    baked_seconds: float = 20,
    step: int = 0,
    *,
    weights: int | None = None,
    **policy: Any,
) -> Any:
    """What the machine's Choice reads; periods last 10 s, and the first step 12 s.

    The candidate has the step's weight, unless somebody else wrote another.
    """
    shift = step_of_plan(step)
    shop.split(shift["percent"] if weights is None else weights)
    known = {**SETTINGS, **policy}
    event = payload(Input, step=shift, shifted_at=SHIFTED_AT, settings=known)
    now = SHIFTED_AT + baked_seconds
    answer = handler(
        event,
        CONTEXT,
        shop.alarms,
        shop.request_metrics,
        shop.leases,
        shop.balancers,
        lambda: now,
        shop.fleets,
        shop.hooks,
        shop.decisions,
    )
    return json.loads(json.dumps(answer))


def test_a_healthy_candidate_advances_after_its_bake(shop: Shop) -> None:
    told = "candidate 2 of 200 failed, live 18 of 1800 failed"

    assert judge(shop) == {
        "next": "Advance",
        "watch_seconds": 0,
        "verdict": "Healthy",
        "failure": {"Error": "CandidateUnproven", "Cause": told},
    }


def test_where_auto_scaling_grows_one_side_the_other_grows_with_it_but_not_on_the_way_back(
    shop: Shop,
) -> None:
    shop.ecs.services[GREEN_FLEET].desired = 4

    judge(shop)
    assert shop.ecs.services[BLUE_FLEET].desired == 2, "nothing scales this service"
    judge(shop, scaling=SCALING)
    assert shop.ecs.services[BLUE_FLEET].desired == 4

    shop.ecs.services[GREEN_FLEET].desired = 5
    shop.breach()
    shop.alarms.known["orders-lost"] = "ALARM"
    judge(shop, scaling=SCALING)
    assert shop.ecs.services[BLUE_FLEET].desired == 4


def test_it_is_watched_until_the_metrics_cover_its_bake(shop: Shop) -> None:
    answer = judge(shop, baked_seconds=12)

    assert (answer["next"], answer["watch_seconds"]) == ("Watch", 10)
    assert judge(shop, baked_seconds=19.9)["next"] == "Watch"


def test_the_last_step_is_watched_two_periods_longer(shop: Shop) -> None:
    assert [judge(shop, at, step=2)["next"] for at in (39, 40)] == ["Watch", "Advance"]


def test_an_alarm_whose_event_never_came_is_seen_here(shop: Shop) -> None:
    shop.alarms.known["orders-lost"] = "ALARM"

    answer = judge(shop, baked_seconds=1)

    assert (answer["next"], answer["failure"]["Cause"]) == ("Restore", "in ALARM: orders-lost")


def test_a_candidate_that_fails_requests_is_restored_before_its_alarm_fires(shop: Shop) -> None:
    shop.request_metrics.seen[CANDIDATE] = answered(100, errors=100)

    assert judge(shop)["next"] == "Restore"


def test_a_missing_alarm_is_watched_for_as_long_as_there_is_patience(shop: Shop) -> None:
    del shop.alarms.known["shop-green-5xx"]

    assert [judge(shop, at)["next"] for at in (20, 42)] == ["Watch", "Restore"]


def test_one_that_is_paused_does_not_advance_and_is_watched(shop: Shop) -> None:
    shop.leases.set("shop", paused="paused by alice", pause_ends=int(SHIFTED_AT) + 3600)

    answer = judge(shop)

    assert (answer["next"], answer["watch_seconds"]) == ("Watch", 600)


def test_one_whose_bake_was_ended_advances_unless_it_fails(shop: Shop) -> None:
    shop.leases.set("shop", candidate_percent=10, hurried_percent=10)
    assert judge(shop, baked_seconds=2)["next"] == "Advance"

    shop.alarms.known["orders-lost"] = "ALARM"
    assert judge(shop, baked_seconds=2)["next"] == "Restore"


BY_ALICE = "2026-11-01T12:00:00Z by arn:aws:iam::123456789012:user/alice from 203.0.113.7"


@pytest.mark.parametrize("weights", [0, 9, 100])
def test_a_split_that_somebody_else_wrote_goes_back_and_says_who(shop: Shop, weights: int) -> None:
    shop.leases.set("shop", changed_by=BY_ALICE)

    answer = judge(shop, 12, weights=weights)

    assert (answer["next"], answer["failure"]["Error"]) == ("Restore", "SplitChanged")
    assert answer["failure"]["Cause"].endswith(
        f"this traffic; last written {BY_ALICE} (CloudTrail)"
    )
    assert shop.weights[GREEN] == weights


def test_without_a_trail_it_goes_back_all_the_same(shop: Shop) -> None:
    answer = judge(shop, 12, weights=9)

    assert answer["next"] == "Restore"
    assert "; by whom is not known, no event" in answer["failure"]["Cause"]


def test_a_rule_that_was_just_written_may_still_be_read_as_before(shop: Shop) -> None:
    assert judge(shop, 9.9, weights=0)["next"] == "Watch"
    assert judge(shop, 10, weights=0)["next"] == "Restore"


def test_a_service_may_have_it_held_until_a_person_settles_it(shop: Shop) -> None:
    shop.leases.set("shop", changed_by=BY_ALICE)

    answer = judge(shop, weights=9, on_manual_change="hold")

    lease = shop.leases.get("shop")
    assert (answer["next"], answer["watch_seconds"]) == ("Watch", 600)
    assert str(lease.paused).startswith("held (on_manual_change): wanted ")
    assert str(lease.paused).endswith(f"{BY_ALICE} (CloudTrail)")
    assert lease.pause_ends == SHIFTED_AT + 20 + 8 * 3600
    assert shop.balancers.written == []


def test_one_that_is_held_is_counted_once_which_pages(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    judge(shop, weights=9, on_manual_change="hold")
    assert '"DeploymentsHeldByChange":[1.0]' in capsys.readouterr().out.replace(" ", "")

    judge(shop, weights=9, on_manual_change="hold")
    assert "DeploymentsHeldByChange" not in capsys.readouterr().out


def test_what_is_held_goes_on_when_it_is_resumed_with_the_step_s_weights(shop: Shop) -> None:
    judge(shop, weights=9, on_manual_change="hold")
    shop.leases.set("shop", paused=None)

    assert judge(shop, weights=9, on_manual_change="hold")["next"] == "Watch"
    shop.leases.set("shop", paused=None)
    assert judge(shop, on_manual_change="hold")["next"] == "Advance"


@pytest.mark.parametrize("policy", ["hold", "restore"])
def test_one_that_fails_goes_back_for_that_whoever_moved_it(shop: Shop, policy: str) -> None:
    shop.alarms.known["orders-lost"] = "ALARM"

    answer = judge(shop, weights=9, on_manual_change=policy)

    assert (answer["next"], answer["failure"]["Error"]) == ("Restore", "CandidateFailing")


def test_one_whose_lease_is_another_s_holds_nobody_s(shop: Shop) -> None:
    shop.hold_lease("another")

    judge(shop, weights=9, on_manual_change="hold")

    assert shop.leases.get("shop").paused is None


HOOK: dict[str, Any] = {"hooks": asking({"at": "after_step"})["hooks"]}
DOUBT: dict[str, Any] = {"on_unknown": "ask", "unknown_deadline_seconds": 60}
UNKNOWN_AT = 42
"""The first step's bake and the patience of the service are over."""


def next_of(shop: Shop, baked_seconds: float = 20, **members: Any) -> tuple[str, int, str]:
    """What comes next, the next wait, and the name under which it would go back."""
    found = judge(shop, baked_seconds, **members)
    return found["next"], found["watch_seconds"], found["failure"]["Error"]


def test_a_healthy_step_is_watched_on_until_its_hooks_have_let_it_pass(shop: Shop) -> None:
    assert next_of(shop, 12, **HOOK)[0] == "Watch"
    assert shop.asked == [], "the bake comes first"

    assert next_of(shop, **HOOK)[:2] == ("Watch", 5)
    [request] = shop.executions.started.values()
    assert (request["key"], request["asked"]["candidate_percent"]) == ("load-10", 10)
    assert request["evidence"] == "candidate 2 of 200 failed, live 18 of 1800 failed"
    assert next_of(shop, 60, **HOOK)[:2] == ("Watch", 40)

    shop.answer("load-10", "pass")
    assert next_of(shop, 60, **HOOK)[0] == "Advance"


def test_a_step_that_is_not_let_pass_goes_back_in_the_hook_s_words(shop: Shop) -> None:
    judge(shop, **HOOK)
    shop.answer("load-10", "fail")

    found = judge(shop, **HOOK)

    words = {"Error": "HookFailed", "Cause": "load-10: fail: because of load-10"}
    assert (found["next"], found["failure"]) == ("Restore", words)


def test_one_that_fails_goes_back_whoever_is_asked_meanwhile(shop: Shop) -> None:
    judge(shop, **HOOK)
    shop.answer("load-10", "pass")
    shop.alarms.known["orders-lost"] = "ALARM"

    assert next_of(shop, **HOOK) == ("Restore", 0, "CandidateFailing")


@pytest.mark.parametrize("hurried", [10, 100], ids=["skip", "ship"])
def test_a_bake_that_a_person_ended_passes_by_no_hook(shop: Shop, hurried: int) -> None:
    shop.leases.set("shop", candidate_percent=10, hurried_percent=hurried)

    assert next_of(shop, 2, **HOOK)[:2] == ("Watch", 5)
    shop.answer("load-10", "pass")
    assert next_of(shop, 2, **HOOK)[0] == "Advance"


def test_nobody_is_asked_of_a_split_that_somebody_else_wrote(shop: Shop) -> None:
    judge(shop, weights=9, on_manual_change="hold", **HOOK)
    shop.leases.set("shop", paused=None)

    assert judge(shop, weights=9, **HOOK)["failure"]["Error"] == "SplitChanged"
    assert shop.asked == []


@pytest.fixture
def doubtful(shop: Shop) -> Shop:
    """A shop with an alarm that is not there: nothing is wrong, and nothing proven."""
    del shop.alarms.known["shop-green-5xx"]
    return shop


def test_people_are_asked_of_what_stays_unknown_once_there_is_no_patience_left(
    doubtful: Shop,
) -> None:
    assert next_of(doubtful, UNKNOWN_AT - 1, **DOUBT)[0] == "Watch"
    assert doubtful.asked == []

    assert next_of(doubtful, UNKNOWN_AT, **DOUBT)[:2] == ("Watch", 5)
    [request] = doubtful.executions.started.values()
    assert (request["key"], request["target"]) == ("unknown-10", {"kind": "people"})
    assert (request["seconds"], request["evidence"]) == (60, "alarms not found: shop-green-5xx")


def test_a_service_that_does_not_want_people_asked_has_it_restored(doubtful: Shop) -> None:
    assert next_of(doubtful, UNKNOWN_AT, **HOOK) == ("Restore", 0, "CandidateUnproven")
    assert doubtful.asked == []


def test_what_people_approve_goes_on_and_what_they_reject_goes_back_in_their_words(
    doubtful: Shop,
) -> None:
    judge(doubtful, UNKNOWN_AT, **DOUBT)
    before = doubtful.leases.get("shop")
    doubtful.answer("unknown-10", "pass")
    assert next_of(doubtful, UNKNOWN_AT + 9, **DOUBT)[0] == "Advance"

    doubtful.leases.items["shop"] = before
    doubtful.answer("unknown-10", "fail")
    found = judge(doubtful, UNKNOWN_AT + 9, **DOUBT)
    words = {"Error": "HookFailed", "Cause": "unknown-10: fail: because of unknown-10"}
    assert (found["next"], found["failure"]) == ("Restore", words)


def test_what_nobody_decides_in_time_goes_back(doubtful: Shop) -> None:
    judge(doubtful, UNKNOWN_AT, **DOUBT)

    assert next_of(doubtful, UNKNOWN_AT + 119, **DOUBT)[:2] == ("Watch", 5)
    assert next_of(doubtful, UNKNOWN_AT + 120, **DOUBT) == ("Restore", 0, "HookFailed")


def test_what_fails_while_people_are_asked_goes_back_for_that(doubtful: Shop) -> None:
    judge(doubtful, UNKNOWN_AT, **DOUBT)
    doubtful.alarms.known["orders-lost"] = "ALARM"

    assert next_of(doubtful, UNKNOWN_AT + 9, **DOUBT) == ("Restore", 0, "CandidateFailing")


def test_the_hooks_of_a_step_are_asked_when_people_let_doubt_pass(doubtful: Shop) -> None:
    judge(doubtful, UNKNOWN_AT, **DOUBT, **HOOK)
    doubtful.answer("unknown-10", "pass")

    assert next_of(doubtful, UNKNOWN_AT + 9, **DOUBT, **HOOK)[0] == "Watch"
    assert doubtful.asked == ["unknown-10", "load-10"]
    doubtful.answer("load-10", "pass")
    assert next_of(doubtful, UNKNOWN_AT + 9, **DOUBT, **HOOK)[0] == "Advance"
