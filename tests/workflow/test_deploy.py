"""Every path of the deployment machine, in a second interpreter of its language."""

from typing import Any

import pytest
from sfnx.testing import Failure

from tests.workflow.conftest import DEPLOYMENT, MACHINE, SIDES, World, judged, lambda_failure
from viridian.core.document import report_key
from viridian.core.service.settings import MOST_DRAIN_SECONDS

BEFORE_ANY_SHIFT = ["PrepareCandidate", "CheckCandidate", "WarmCandidate", "SmokeTest"]
CHANGING = {
    "ShiftTraffic",
    "RestoreTraffic",
    "RestoreTrafficDirectly",
    "RetireCandidate",
}
FROM_THE_FIRST_SHIFT = ["ShiftTraffic", "JudgeCandidate", "VerifyProduction", "Promote"]
BUG = lambda_failure("KeyError", "'boom'")


def test_a_good_release_is_promoted_step_by_step(world: World) -> None:
    execution = world.deploy()

    told = {"outcome": "promoted", "service": "shop", "version": "1.1.0", "live": "green"}
    told["report"] = report_key("shop", DEPLOYMENT["id"])
    assert execution.output == told
    assert world.visits["ShiftTraffic"] == 3
    assert (world.percent, world.sizes, world.lease) == (100, {}, DEPLOYMENT["id"])
    assert world.record[":ending"] == {"S": "DeploymentPromoted"}
    assert "RestoreTraffic" not in execution.states


def test_a_three_step_deployment_takes_at_most_40_transitions(world: World) -> None:
    not_ready = {"is_ready": False, "reason": "starting"}
    ready = {"is_ready": True, "reason": ""}
    world.says("CheckCandidate", not_ready, not_ready, ready)

    assert len(world.deploy().states) <= 40


def test_the_way_back_is_walked_before_the_first_shift(world: World) -> None:
    states = world.deploy().states

    assert states.index("ProveWayBack") < states.index("ShiftTraffic")


def test_the_direct_way_back_is_walked_as_well(world: World) -> None:
    states = world.deploy().states

    assert states.index("ProveDirectWayBack") < states.index("ShiftTraffic")


def test_the_former_live_is_left_whole_and_handed_to_the_standby_machine(world: World) -> None:
    execution = world.deploy()

    assert "RetireStandby" not in execution.states
    assert world.standby == {
        "entry": "soak",
        "deployment": DEPLOYMENT,
        "sides": SIDES,
        "fence": 7,
        "promoted_at": "2026-01-01T00:00:00.000Z",
    }


def test_a_promotion_that_nobody_would_watch_is_taken_back(world: World) -> None:
    world.says("OpenStandby", Failure("SFN.ServiceException"))

    assert (world.deploy().error, world.percent) == ("DeploymentReverted", 0)


def test_a_promotion_whose_window_is_over_when_its_start_is_repeated_stands(world: World) -> None:
    """The answer to the start was lost, for so long that the standby has ended by now."""
    world.says("OpenStandby", Failure("StepFunctions.ExecutionAlreadyExistsException"))

    assert (world.deploy().states[-1], world.percent) == ("DeploymentPromoted", 100)


def test_a_refused_request_touches_nothing(world: World) -> None:
    world.says("AdmitRequest", lambda_failure("RequestInvalid", "input.version: is missing"))

    execution = world.deploy()

    assert execution.error == "RequestRejected"
    assert execution.cause == "RequestInvalid: input.version: is missing"
    assert execution.states == ("AdmitRequest", "PageOperators", "WhichEnding", "RequestRejected")


def test_a_second_deployment_is_refused_by_name_and_leaves_the_first_its_lease(
    world: World,
) -> None:
    world.lease = "shop-1.0.9-first"
    world.says("AcquireLease", lambda_failure("LeaseHeld", "shop: shop-1.0.9-first holds it"))

    execution = world.deploy()

    assert execution.error == "DeploymentRefused"
    assert "shop-1.0.9-first" in (execution.cause or "")
    assert world.lease == "shop-1.0.9-first"
    assert (world.record[":ending"], world.record[":fence"]) == (
        {"S": "DeploymentRefused"},
        {"N": "0"},
    )


def test_a_lease_that_is_still_a_standby_s_is_waited_for(world: World) -> None:
    world.says("AcquireLease", lambda_failure("StandbyClosing", "shop: still ends"), None)

    assert world.deploy().error is None


def test_a_live_side_that_is_not_well_fails_the_preflight(world: World) -> None:
    world.says("InspectLive", lambda_failure("PreflightFailed", "live: 1 of 2"))

    execution = world.deploy()

    assert (execution.error, world.lease) == ("PreflightFailed", None)
    assert not {"PrepareCandidate", "ShiftTraffic"} & set(execution.states)


@pytest.mark.parametrize("state", BEFORE_ANY_SHIFT)
def test_a_failure_before_the_first_shift_rejects_the_candidate(world: World, state: str) -> None:
    world.says(state, BUG)

    execution = world.deploy()

    assert (execution.error, execution.cause) == ("CandidateRejected", "KeyError: 'boom'")
    assert "ShiftTraffic" not in execution.states
    assert (world.sizes, world.lease) == ({"green": "resting"}, None)


@pytest.mark.parametrize("state", ["ProveWayBack", "ProveDirectWayBack"])
def test_a_way_back_that_is_broken_stops_before_the_first_shift(world: World, state: str) -> None:
    world.says(state, BUG)

    execution = world.deploy()

    assert execution.error == "PreflightFailed"
    assert "ShiftTraffic" not in execution.states


def test_a_candidate_not_ready_yet_is_waited_for_and_looked_at_again(world: World) -> None:
    world.says("CheckCandidate", {"is_ready": False, "reason": "0 of 2"}, None)
    world.says("AwaitCandidate", Failure("States.Timeout"))

    execution = world.deploy()

    assert execution.error is None
    assert world.visits["CheckCandidate"] == 2


@pytest.mark.parametrize("state", FROM_THE_FIRST_SHIFT)
def test_any_failure_from_the_first_shift_on_restores_live(world: World, state: str) -> None:
    world.says(state, BUG)

    execution = world.deploy()

    assert (execution.error, execution.cause) == ("DeploymentReverted", "KeyError: 'boom'")
    assert (world.percent, world.sizes, world.lease) == (0, {"green": "resting"}, None)
    assert world.record[":ending"] == {"S": "DeploymentReverted"}


@pytest.mark.parametrize("quiet_bakes", [0, 1, 2])
def test_an_alarm_in_any_bake_restores_at_once(world: World, quiet_bakes: int) -> None:
    breach = Failure("CandidateBreached", "shop-green-5xx went into ALARM")
    world.says("Bake", *[Failure("States.Timeout")] * quiet_bakes, breach)

    execution = world.deploy()

    assert execution.error == "DeploymentReverted"
    assert execution.cause == "CandidateBreached: shop-green-5xx went into ALARM"
    assert world.visits["JudgeCandidate"] == quiet_bakes
    assert world.percent == 0


def test_a_verdict_that_says_restore_restores_in_its_own_words(world: World) -> None:
    world.says("JudgeCandidate", judged("Restore", "CandidateFailing", "numbers"))

    execution = world.deploy()

    assert (execution.error, execution.cause) == ("DeploymentReverted", "CandidateFailing: numbers")
    assert world.percent == 0


def test_a_split_that_somebody_else_wrote_ends_by_that_name_and_live_has_all_of_it(
    world: World,
) -> None:
    change = "wanted 10, found 0: last written by alice"
    world.says("JudgeCandidate", judged("Watch"), judged("Restore", "SplitChanged", change))

    execution = world.deploy()

    assert (execution.error, execution.cause) == ("DeploymentReverted", f"SplitChanged: {change}")
    assert (world.visits["ShiftTraffic"], world.percent) == (1, 0)


@pytest.mark.parametrize("answer", [judged("Perhaps"), {"next": "Advance"}, {}])
def test_a_decision_nobody_knows_never_advances(world: World, answer: dict[str, Any]) -> None:
    world.says("JudgeCandidate", answer)

    execution = world.deploy()

    assert execution.error == "DeploymentReverted"
    assert world.visits["ShiftTraffic"] == 1


def test_watching_bakes_the_same_step_again(world: World) -> None:
    world.says("JudgeCandidate", judged("Watch"), judged("Watch"), None)

    execution = world.deploy()

    assert execution.error is None
    assert (world.visits["Bake"], world.visits["ShiftTraffic"]) == (5, 3)


def test_when_our_function_cannot_restore_a_direct_call_does(world: World) -> None:
    world.says("JudgeCandidate", BUG).says("RestoreTraffic", BUG)

    execution = world.deploy()

    assert "RestoreTrafficDirectly" in execution.states
    assert (execution.error, world.percent) == ("DeploymentReverted", 0)


def test_a_live_side_with_no_healthy_target_holds_the_traffic(world: World) -> None:
    world.says("JudgeCandidate", BUG)
    world.says("RestoreTraffic", lambda_failure("RestoreHeld", "live: no targets"))

    execution = world.deploy()

    assert execution.error == "RestoreHeld"
    assert "RestoreTrafficDirectly" not in execution.states
    assert not world.sizes


def test_a_live_side_that_recovers_within_a_minute_is_gone_back_to(world: World) -> None:
    world.says("JudgeCandidate", BUG)
    world.says("RestoreTraffic", lambda_failure("RestoreHeld", "live: 2 initial"), None)

    assert (world.deploy().error, world.percent) == ("DeploymentReverted", 0)


def test_a_side_that_drains_is_asked_for_again_for_as_long_as_a_drain_may_last(
    world: World,
) -> None:
    draining = lambda_failure("SideDraining", "green: 3 requests in the newest period")
    world.says("JudgeCandidate", BUG).says("RetireCandidate", *[draining] * 3, None)
    [retry] = [
        policy
        for policy in MACHINE["States"]["RetireCandidate"]["Retry"]
        if policy["ErrorEquals"] == ["SideDraining"]
    ]

    assert (world.deploy().error, world.sizes) == ("DeploymentReverted", {"green": "resting"})
    longest = MOST_DRAIN_SECONDS + 10 * retry["IntervalSeconds"]
    assert retry["IntervalSeconds"] * retry["MaxAttempts"] >= longest, "and ten batches"


@pytest.mark.parametrize("state", ["WarmCandidate", "SmokeTest", "VerifyProduction"])
def test_what_asks_the_service_is_waited_for_while_lambda_connects_it_to_its_vpc_again(
    world: World, state: str
) -> None:
    *_, retry = MACHINE["States"][state]["Retry"]
    asleep = Failure("Lambda.ResourceNotReadyException")
    world.says(state, *[asleep] * retry["MaxAttempts"], {})

    assert world.deploy().states[-1] == "DeploymentPromoted"
    assert retry["IntervalSeconds"] * retry["MaxAttempts"] == 180


def test_the_standby_drains_as_well(world: World) -> None:
    world.says("RetireStandby", lambda_failure("SideDraining", "blue: is at 5 tasks"), None)
    world.deploy()

    assert world.watch().states[-1] == "StandbyRetired"
    assert (world.visits["RetireStandby"], world.sizes) == (2, {"blue": "resting"})


def test_a_candidate_found_with_traffic_when_it_should_have_none_is_not_called_well(
    world: World,
) -> None:
    world.says("RetireCandidate", lambda_failure("SideServing", "green: wanted weight 0, found 10"))

    assert world.says("JudgeCandidate", BUG).deploy().error == "RestoreUnverified"


HELD_ENDINGS = [
    ("RestoreHeld", "RestoreTraffic", lambda_failure("RestoreHeld", "live: 1 of 10")),
    ("RestoreUnverified", "VerifyRestored", lambda_failure("SplitNotApplied", "found 90")),
]


@pytest.mark.parametrize(("ending", "state", "failure"), HELD_ENDINGS)
def test_where_a_person_must_act_the_lease_is_held_and_people_are_told(
    world: World, ending: str, state: str, failure: Failure
) -> None:
    execution = world.says("JudgeCandidate", BUG).says(state, failure).deploy()

    assert (execution.error, world.lease) == (ending, DEPLOYMENT["id"])
    assert execution.states[-4:] == ("HoldLease", "PageOperators", "WhichEnding", ending)


@pytest.mark.parametrize("state", ["HoldLease", "PageOperators"])
def test_an_ending_keeps_its_name_when_nobody_could_be_told(world: World, state: str) -> None:
    world.says("JudgeCandidate", BUG).says(state, BUG)
    world.says("RestoreTraffic", lambda_failure("RestoreHeld", "live: 1 of 10"))

    assert world.deploy().error == "RestoreHeld"


def test_a_direct_restore_is_tried_again_for_an_hour(world: World) -> None:
    *_, retry = MACHINE["States"]["RestoreTrafficDirectly"]["Retry"]
    assert retry["MaxAttempts"] * retry["MaxDelaySeconds"] / 2 == 3600, "half of it, as drawn"
    world.says("JudgeCandidate", BUG).says("RestoreTraffic", BUG)
    world.says("RestoreTrafficDirectly", *[Failure("States.Timeout")] * 2, None)

    assert (world.deploy().error, world.percent) == ("DeploymentReverted", 0)


@pytest.mark.parametrize("told", [None, BUG])
def test_people_hear_of_it_before_the_direct_restore_whether_or_not_that_works(
    world: World, told: Failure | None
) -> None:
    world.says("JudgeCandidate", BUG).says("RestoreTraffic", BUG).says("CallOperators", told)

    execution = world.deploy()

    assert execution.states.index("CallOperators") < execution.states.index("VerifyRestored")
    assert (execution.error, world.percent) == ("DeploymentReverted", 0)


def test_a_restore_that_is_not_seen_to_hold_ends_by_that_name(world: World) -> None:
    world.says("JudgeCandidate", BUG)
    world.says("VerifyRestored", lambda_failure("SplitNotApplied", "wanted 100, found 90"))

    execution = world.deploy()

    assert execution.error == "RestoreUnverified"
    assert not world.sizes


def test_a_direct_restore_that_fails_too_ends_by_that_name(world: World) -> None:
    world.says("JudgeCandidate", BUG).says("RestoreTraffic", BUG)
    world.says("RestoreTrafficDirectly", Failure("ElasticLoadBalancingV2.RuleNotFoundException"))

    assert world.deploy().error == "RestoreUnverified"


@pytest.mark.parametrize("state", ["ProveWayBack", "ShiftTraffic", "Promote"])
def test_a_deployment_that_lost_its_lease_touches_nothing_more(world: World, state: str) -> None:
    world.says(state, lambda_failure("FenceStale", "wanted fence 7, found 8"))

    execution = world.deploy()

    assert execution.error == "LeaseLost"
    assert not CHANGING & set(execution.states[execution.states.index(state) + 1 :])
    assert world.record[":ending"] == {"S": "LeaseLost"}


def test_a_wait_that_finds_the_lease_gone_touches_nothing_more(world: World) -> None:
    """The condition does not tell a lease that is gone from an abort; the look does."""
    gone = lambda_failure("LeaseReleased", "shop: the lease is no longer its")
    world.says("CheckCandidate", {"is_ready": False, "reason": "0 of 2"}, gone)
    world.says("AwaitCandidate", Failure("DynamoDb.ConditionalCheckFailedException"))

    execution = world.deploy()

    assert (execution.error, world.sizes) == ("LeaseLost", {})


def test_a_restore_that_lost_its_lease_writes_nothing(world: World) -> None:
    world.says("JudgeCandidate", BUG)
    world.says("RestoreTraffic", lambda_failure("FenceStale", "wanted fence 7, found 8"))

    execution = world.deploy()

    assert execution.error == "LeaseLost"
    assert "RestoreTrafficDirectly" not in execution.states


def test_a_promotion_stands_though_it_could_not_be_recorded(world: World) -> None:
    world.says("RecordEnding", BUG)

    assert world.deploy().error is None


def test_every_state_is_reached_by_a_test_of_this_module() -> None:
    reached: set[str] = set()
    for state in MACHINE["States"]:
        for failure in (BUG, lambda_failure("FenceStale", ""), lambda_failure("LeaseHeld", "")):
            reached |= set(World().says(state, failure).deploy().states)
    broken = World().says("JudgeCandidate", BUG)
    reached |= set(broken.says("RestoreTraffic", BUG).deploy().states)
    held = World().says("JudgeCandidate", BUG)
    reached |= set(held.says("RestoreTraffic", lambda_failure("RestoreHeld", "")).deploy().states)
    unverified = World().says("JudgeCandidate", BUG).says("VerifyRestored", BUG)
    reached |= set(unverified.deploy().states)
    waiting = World().says("CheckCandidate", {"is_ready": False, "reason": ""}, None)
    reached |= set(waiting.deploy().states)
    paused = World().says("ShiftTraffic", lambda_failure("DeploymentPaused", ""), None)
    reached |= set(paused.says("AwaitResume", {}).deploy().states)
    reached |= set(World().says("AcquireLease", BUSY, None).deploy().states)
    reached |= set(World().says("PrepareCandidate", AWAITED, None).deploy().states)

    assert reached == set(MACHINE["States"])


AWAITED = lambda_failure("HookAwaited", "shop: asked: load")
BUSY = lambda_failure("TurnAwaited", "another runs")


def test_one_that_waits_asks_again_under_the_turn_that_it_had(world: World) -> None:
    execution = world.says("AcquireLease", BUSY, BUSY, None).deploy()

    assert execution.error is None
    calls: list[tuple[str, Any]] = [(call.state, call.arguments) for call in execution.calls]
    asked = [arguments["Payload"] for state, arguments in calls if state == "AcquireLease"]
    waited = [arguments for state, arguments in calls if state == "AwaitTurn"]
    since = {payload["waits_since"] for payload in asked[1:]}
    assert (asked[0]["waits_since"], len(since), len(waited)) == ("", 1, 2)
    [turn] = {arguments["ExpressionAttributeNames"]["#turn"] for arguments in waited}
    assert turn == f"{since.pop()}#{DEPLOYMENT['id']}"


def test_a_lease_that_is_free_by_then_is_asked_for_at_once(world: World) -> None:
    world.says("AcquireLease", BUSY, None)

    execution = world.says(
        "AwaitTurn", Failure("DynamoDb.ConditionalCheckFailedException")
    ).deploy()

    assert execution.error is None


@pytest.mark.parametrize(
    "ends", [Failure("DeploymentSuperseded", "shop: another came"), Failure("States.Timeout")]
)
def test_one_whose_turn_does_not_come_is_refused(world: World, ends: Failure) -> None:
    world.says("AcquireLease", BUSY)

    execution = world.says("AwaitTurn", ends).deploy()

    assert execution.error == "DeploymentRefused"
    assert str(execution.cause).startswith(ends.error)
    assert "InspectLive" not in execution.states
