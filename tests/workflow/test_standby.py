"""Every path of the standby machine: the release is live, the former live is one weight away."""

from copy import deepcopy
from typing import Any

import pytest
from sfnx.testing import Failure

from tests.workflow.conftest import DEPLOYMENT, STANDBY, World, judged, lambda_failure

BUG = lambda_failure("KeyError", "'boom'")
BREACH = Failure("CandidateBreached", "shop-green-5xx went into ALARM")
WATCH = judged("Watch")


@pytest.fixture
def promoted(world: World) -> World:
    """A world whose deployment was promoted."""
    assert world.deploy().error is None
    world.visits.clear()
    return world


def test_a_quiet_window_ends_with_the_former_live_at_rest(promoted: World) -> None:
    execution = promoted.watch()

    assert execution.output == {"service": "shop", "version": "1.1.0", "live": "green"}
    assert (promoted.percent, promoted.sizes) == (100, {"blue": "resting"})
    assert promoted.lease is None
    assert promoted.record[":ending"] == {"S": "StandbyRetired"}


def test_the_former_live_is_whole_until_the_window_and_the_drain_floor_are_over(
    promoted: World,
) -> None:
    promoted.says("WatchStandby", WATCH, WATCH, None)

    states = promoted.watch().states

    assert states[:8] == (
        "WhichEntry",
        *("WatchStandby", "WhatNext", "Soak") * 2,
        "WatchStandby",
    )
    assert states.index("DrainStandby") < states.index("RetireStandby")


@pytest.mark.parametrize("state", ["Soak", "WatchStandby", "RetireStandby"])
def test_a_breach_at_any_time_takes_production_back(promoted: World, state: str) -> None:
    promoted.says("WatchStandby", WATCH, None)
    breach = BREACH if state == "Soak" else lambda_failure("CandidateBreached", "5xx in ALARM")

    execution = promoted.says(state, breach).watch()

    assert execution.error == "StandbyRestored"
    assert (promoted.percent, promoted.sizes, promoted.lease) == (0, {"green": "resting"}, None)
    assert "PageOperators" in execution.states


def test_a_look_that_finds_a_breach_takes_production_back(promoted: World) -> None:
    promoted.says("WatchStandby", judged("Restore", "CandidateBreached", "5xx in ALARM"))

    execution = promoted.watch()

    assert execution.error == "StandbyRestored"
    assert (execution.cause, promoted.percent) == ("CandidateBreached: 5xx in ALARM", 0)


@pytest.mark.parametrize("answer", [judged("Perhaps"), {}])
def test_a_look_that_nobody_understands_never_retires(
    promoted: World, answer: dict[str, Any]
) -> None:
    assert promoted.says("WatchStandby", answer).watch().error == "StandbyRestored"
    assert promoted.percent == 0


@pytest.mark.parametrize("state", ["WatchStandby", "Soak"])
def test_a_window_that_cannot_be_watched_is_no_window(promoted: World, state: str) -> None:
    promoted.says("WatchStandby", WATCH, None)

    assert promoted.says(state, BUG).watch().error == "StandbyRestored"
    assert promoted.percent == 0


@pytest.mark.parametrize(
    "ends", [Failure("DynamoDb.ConditionalCheckFailedException", "closing"), {}]
)
def test_a_window_that_is_ended_early_is_looked_at_once_more(promoted: World, ends: Any) -> None:
    """The condition does not tell a breach from a request that waits; the look does."""
    promoted.says("WatchStandby", WATCH, None).says("Soak", ends)

    assert promoted.watch().error is None
    assert promoted.visits["WatchStandby"] == 2


@pytest.mark.parametrize("state", ["WatchStandby", "RetireStandby", "RestoreTraffic"])
def test_a_standby_that_lost_its_lease_touches_nothing_more(promoted: World, state: str) -> None:
    if state == "RestoreTraffic":
        promoted.says("WatchStandby", judged("Restore"))
    promoted.says(state, lambda_failure("FenceStale", "wanted fence 7, found 8"))

    assert promoted.watch().error == "LeaseLost"
    assert (promoted.percent, promoted.sizes) == (100, {})


@pytest.mark.parametrize("state", ["RetireStandby", "RecordEnding", "ReleaseLease"])
def test_a_promotion_stands_when_what_follows_it_fails(promoted: World, state: str) -> None:
    assert promoted.says(state, BUG).watch().error is None
    assert promoted.percent == 100


def test_a_standby_that_somebody_gave_traffic_is_left_to_a_person(promoted: World) -> None:
    serving = lambda_failure("SideServing", "blue: wanted weight 0, found 90")

    execution = promoted.says("RetireStandby", serving).watch()

    assert execution.error == "RestoreUnverified"
    assert (promoted.percent, promoted.sizes) == (100, {})
    assert promoted.lease is not None
    assert execution.states[-4:-2] == ("HoldLease", "PageOperators")


def test_a_stopped_deployment_is_restored_by_the_same_states(world: World) -> None:
    world.says("Bake", Failure("States.Timeout")).says("JudgeCandidate", None)
    world.deploy()
    world.percent, world.lease = 50, DEPLOYMENT["id"]

    execution = world.watch(entry="restore", cause="stopped in the console")

    assert execution.error == "DeploymentStopped"
    assert execution.cause == "DeploymentStopped: stopped in the console"
    assert (world.percent, world.sizes, world.lease) == (0, {"green": "resting"}, None)
    assert "PageOperators" in execution.states


def test_every_state_is_reached_by_a_test_of_this_module(promoted: World) -> None:
    reached: set[str] = set()
    for state in STANDBY["States"]:
        for failure in (BUG, BREACH, lambda_failure("FenceStale", "")):
            world = deepcopy(promoted)
            world.says("WatchStandby", WATCH, None)
            reached |= set(world.says(state, failure).watch().states)
    for state, failure in (
        ("RestoreTraffic", BUG),
        ("RestoreTraffic", lambda_failure("RestoreHeld", "")),
        ("VerifyRestored", BUG),
    ):
        world = deepcopy(promoted)
        reached |= set(world.says(state, failure).watch(entry="restore", cause="").states)

    assert reached == set(STANDBY["States"])
