"""What the machine itself writes into the table is what events and other deployments find there."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from sfnx.testing import Failure

from tests.adapters.conftest import KEEP_SESSION
from tests.deployments_table import create_table
from tests.workflow.conftest import DEPLOYMENT, judged, lambda_failure
from tests.workflow.table_world import (
    ALARM,
    BREACH,
    TABLE,
    TOKEN,
    Event,
    TableWorld,
    a_hook_is_asked_and_answers,
    acquire,
    an_alarm_fires,
    another_holds_it,
    its_fence_has_grown,
    nobody_holds_it,
    the_fleet_gets_steady,
)

BUG = lambda_failure("KeyError", "'boom'")
RECORD = f"DEPLOYMENT#{DEPLOYMENT['id']}"
NOT_READY = {"is_ready": False, "reason": "0 of 2"}


@pytest.fixture(scope="module")
def dynamodb() -> Any:
    """A client of its own session, made after moto was imported: only such a one is intercepted."""
    return boto3.session.Session().client("dynamodb")


@pytest.fixture
def world(dynamodb: Any) -> Iterator[TableWorld]:
    with mock_aws(config=KEEP_SESSION):
        create_table(dynamodb, TABLE["${TableName}"])
        yield TableWorld(dynamodb)


def test_a_bake_does_not_begin_once_a_breach_is_recorded(world: TableWorld) -> None:
    world.before["Bake"] = an_alarm_fires

    execution = world.deploy()

    assert (execution.error, execution.cause) == ("DeploymentReverted", BREACH)
    assert "JudgeCandidate" not in execution.states


def test_an_alarm_during_the_bake_ends_it_by_its_token(world: TableWorld) -> None:
    world.during["Bake"] = an_alarm_fires

    execution = world.deploy()

    assert world.bake_token == TOKEN
    assert (execution.error, execution.cause) == ("DeploymentReverted", BREACH)
    assert "JudgeCandidate" not in execution.states


def test_a_steady_fleet_ends_the_wait_for_it_by_its_token(world: TableWorld) -> None:
    world.says("CheckCandidate", NOT_READY, None)
    world.during["AwaitCandidate"] = the_fleet_gets_steady

    assert world.deploy().error is None
    assert world.steady_token == TOKEN


@pytest.mark.parametrize("state", ["AwaitCandidate", "Bake"])
@pytest.mark.parametrize("happens", [nobody_holds_it, another_holds_it, its_fence_has_grown])
def test_no_wait_begins_on_a_lease_that_is_not_its_own(
    world: TableWorld, state: str, happens: Event
) -> None:
    world.says("CheckCandidate", NOT_READY, None)
    world.before[state] = happens

    execution = world.deploy()

    assert execution.error is not None
    assert state in execution.states
    assert state not in world.stored


@pytest.mark.parametrize(
    ("state", "error", "cause"),
    [
        ("AwaitCandidate", "LeaseLost", "LeaseReleased: shop: the lease is no longer"),
        ("Bake", "DeploymentReverted", "the lease holds a breach, or was given back"),
    ],
)
def test_a_lease_given_back_by_hand_is_the_reason_of_the_ending(
    world: TableWorld, state: str, error: str, cause: str
) -> None:
    world.says("CheckCandidate", NOT_READY, None)
    world.before[state] = nobody_holds_it

    execution = world.deploy()

    assert execution.error == error
    assert (execution.cause or "").startswith(cause)


@pytest.mark.parametrize("failing", [None, "InspectLive", "SmokeTest", "JudgeCandidate"])
def test_after_its_end_the_lease_is_free_for_the_next_with_a_higher_fence(
    world: TableWorld, failing: str | None
) -> None:
    if failing:
        world.says(failing, BUG)
    world.deploy()
    if not failing:
        world.watch()

    assert acquire(world, "next") == 3, "one for the release, one for the next holder"


def test_the_lease_passes_to_the_standby_without_a_gap(world: TableWorld) -> None:
    world.deploy()

    lease = world.leases.get("shop")
    assert (lease.deployment_id, lease.phase, lease.fence) == (DEPLOYMENT["id"], "standby", 1)
    assert lease.watches(ALARM, seen_at=0)


def test_an_alarm_during_the_soak_ends_it_by_its_token(world: TableWorld) -> None:
    world.deploy()
    world.says("WatchStandby", judged("Watch"), None)
    world.during["Soak"] = an_alarm_fires

    execution = world.watch()

    assert (execution.error, execution.cause) == ("StandbyRestored", BREACH)
    assert world.bake_token == TOKEN


def test_an_alarm_between_the_promotion_and_the_soak_is_found_by_the_soak(
    world: TableWorld,
) -> None:
    world.deploy()
    an_alarm_fires(world)
    world.says("WatchStandby", judged("Watch"), judged("Restore"))

    assert world.watch().error == "StandbyRestored"
    assert "Soak" not in world.stored


def test_a_lease_where_a_person_must_act_is_held(world: TableWorld) -> None:
    world.says("JudgeCandidate", BUG)
    world.says("RestoreTraffic", lambda_failure("RestoreHeld", "live: 1 of 10"))

    assert world.deploy().error == "RestoreHeld"
    assert (world.item()["phase"], world.item()["deployment_id"]) == (
        {"S": "held"},
        {"S": DEPLOYMENT["id"]},
    )


def test_a_lease_given_back_keeps_nothing_that_a_late_event_could_find(world: TableWorld) -> None:
    world.says("CheckCandidate", NOT_READY, None)
    world.before["WarmCandidate"] = a_hook_is_asked_and_answers
    world.during["Bake"] = an_alarm_fires
    world.deploy()

    assert {"AwaitCandidate", "Bake"} <= set(world.stored)
    assert set(world.item()) <= {"pk", "sk", "fence", "candidate_percent", "moved_by", "turns"}


def test_a_lease_that_another_took_meanwhile_is_not_given_back(world: TableWorld) -> None:
    world.deploy()
    world.before["ReleaseLease"] = another_holds_it

    assert world.watch().error is None
    assert world.item()["deployment_id"] == {"S": "another"}


@pytest.mark.parametrize("answer", [None, Failure("States.Timeout")], ids=["refused", "lost"])
def test_a_deployment_that_did_not_get_the_lease_leaves_it_to_its_holder(
    world: TableWorld, answer: Failure | None
) -> None:
    acquire(world, "another")
    world.says("AcquireLease", answer)

    assert world.deploy().error == "DeploymentRefused"
    assert world.item()["deployment_id"] == {"S": "another"}


@pytest.mark.parametrize(
    ("failing", "ending", "cause"),
    [
        (None, "DeploymentPromoted", "shop 1.1.0 is live"),
        ("SmokeTest", "CandidateRejected", "KeyError: 'boom'"),
        ("JudgeCandidate", "DeploymentReverted", "KeyError: 'boom'"),
    ],
)
def test_a_record_says_what_ended_how_why_and_when_beside_what_was_admitted(
    world: TableWorld, failing: str | None, ending: str, cause: str
) -> None:
    kept = {"pk": {"S": "SERVICE#shop"}, "sk": {"S": RECORD}, "deployment": {"S": "as admitted"}}
    world.dynamodb.put_item(TableName=world.leases.table, Item=kept)
    if failing:
        world.says(failing, BUG)
    world.deploy()

    record = world.item(RECORD)
    assert (
        record.items()
        >= {
            "deployment": {"S": "as admitted"},
            "ending": {"S": ending},
            "cause": {"S": cause},
            "fence": {"N": "1"},
            "ended_at": {"S": "2026-01-01T00:00:00.000Z"},
        }.items()
    )


def test_a_turn_is_kept_until_the_lease_is_to_be_had(world: TableWorld) -> None:
    acquire(world, "another", "now")
    busy = lambda_failure("TurnAwaited", "another runs")
    world.during["AwaitTurn"] = nobody_holds_it

    execution = world.says("AcquireLease", busy, None).deploy()

    assert execution.error is None
    [(turn, token)] = world.leases.get("shop").turns.items()
    assert (turn.partition("#")[2], token) == (DEPLOYMENT["id"], TOKEN)


def test_nobody_waits_for_a_lease_that_is_free(world: TableWorld) -> None:
    busy = lambda_failure("TurnAwaited", "another ran")

    execution = world.says("AcquireLease", busy, None).deploy()

    assert execution.error is None
    assert "AwaitTurn" not in world.stored
