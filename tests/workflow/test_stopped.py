"""A stop at any state: the guardian's standby makes traffic whole, a redrive changes nothing."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from sfnx.testing import run

from tests.adapters.conftest import KEEP_SESSION
from tests.deployments_table import create_table
from tests.workflow.conftest import DEPLOYMENT, MACHINE, REQUEST, SIDES, STANDBY, lambda_failure
from tests.workflow.conftest import judged as judged_to
from tests.workflow.table_world import TABLE, TableWorld, the_guardian_takes_over
from viridian.core.execution import Execution
from viridian.core.guardian import take_over
from viridian.core.lease import Holder
from viridian.core.record import Kept
from viridian.core.sides import Production

BUG = lambda_failure("KeyError", "'boom'")
HELD = lambda_failure("RestoreHeld", "live: 1 of 10")
RECORD = f"DEPLOYMENT#{DEPLOYMENT['id']}"
PROMOTED: dict[str, Any] = {"CheckCandidate": ({"is_ready": False, "reason": ""}, None)}
PAUSED = PROMOTED | {"ShiftTraffic": (lambda_failure("DeploymentPaused", ""), None)}
ASKING = PROMOTED | {"PrepareCandidate": (lambda_failure("HookAwaited", ""), None)}
REVERTED = PROMOTED | {"JudgeCandidate": (BUG,)}
GOES_BACK = {"WatchStandby": (judged_to("Restore"),)}
WATCHED = {"WatchStandby": (judged_to("Watch"), None)}
WAY_BACK = (
    "RestoreTraffic",
    "VerifyRestored",
    "CaptureEvidence",
    "RetireCandidate",
    "RecordEnding",
    "ReleaseLease",
)
Journey = dict[str, tuple[Any, ...]]


def journeys(forward: Journey, back: Journey, on_the_way: tuple[str, ...]) -> dict[str, Journey]:
    """What else must happen for each state to be come to."""
    direct, held = back | {"RestoreTraffic": (BUG,)}, back | {"RestoreTraffic": (HELD,)}
    return {
        **dict.fromkeys(on_the_way, forward),
        **dict.fromkeys(WAY_BACK, back),
        **dict.fromkeys(("CallOperators", "RestoreTrafficDirectly"), direct),
        **dict.fromkeys(("HoldLease", "PageOperators"), held),
    }


DEPLOYING = journeys(
    PROMOTED,
    REVERTED,
    (
        *("InspectLive", "PrepareCandidate", "CheckCandidate", "AwaitCandidate", "WarmCandidate"),
        *("SmokeTest", "ProveWayBack", "ProveDirectWayBack", "ShiftTraffic", "Bake"),
        *("JudgeCandidate", "VerifyProduction", "Promote", "OpenStandby"),
    ),
)
DEPLOYING["AwaitResume"] = PAUSED
DEPLOYING["AwaitHooks"] = ASKING
STANDING_BY = journeys(WATCHED, GOES_BACK, ("WatchStandby", "Soak", "RetireStandby"))
BEGIN_ANEW = {"AdmitRequest", "AcquireLease", "AwaitTurn"}
"""Before it has the lease: redriven, it is a deployment like any other."""


UNSHIFTED = ["AwaitHooks", *[*DEPLOYING][: [*DEPLOYING].index("ShiftTraffic")]]


def redriven(machine: dict[str, Any], state: str) -> dict[str, Any]:
    """The machine as an execution sees it that was redriven in this state; before, it was not."""
    was_proven = machine is MACHINE and state not in UNSHIFTED
    before = {"ProveDirectWayBack": machine["States"]["ProveDirectWayBack"]} if was_proven else {}
    text = json.dumps(machine).replace("$states.context.Execution.RedriveCount", "1")
    found: dict[str, Any] = json.loads(text)
    return {**found, "States": found["States"] | before}


ASKED_BEFORE = {
    "ProveDirectWayBack": "ProveWayBack",
    "RestoreTrafficDirectly": "CallOperators",
}
"""A direct write that was redriven fails before the world is asked."""
ELSEWHERE = {"InspectLive", "PageOperators"}
"""Stopped before it, nothing was touched; after HoldLease, a person acts."""


class Stopped(BaseException):
    """The execution was stopped: no Catch sees it."""


def stop(_world: TableWorld) -> None:
    raise Stopped


@pytest.fixture(scope="module")
def dynamodb() -> Any:
    """A client of its own session, made after moto was imported: only such a one is intercepted."""
    return boto3.session.Session().client("dynamodb")


@pytest.fixture
def world(dynamodb: Any) -> Iterator[TableWorld]:
    with mock_aws(config=KEEP_SESSION):
        create_table(dynamodb, TABLE["${TableName}"])
        yield TableWorld(dynamodb)


def go(world: TableWorld, journey: Journey) -> None:
    for state, answers in journey.items():
        world.says(state, *answers)


@pytest.mark.parametrize("state", [s for s in DEPLOYING if s != "PageOperators"])
def test_a_deployment_redriven_after_a_take_over_changes_nothing(
    world: TableWorld, state: str
) -> None:
    go(world, DEPLOYING[state])
    assert_unchanged_from(world, state, redriven(MACHINE, state), REQUEST)


@pytest.mark.parametrize("state", [s for s in STANDING_BY if s != "PageOperators"])
def test_a_standby_redriven_after_a_take_over_changes_nothing(
    world: TableWorld, state: str
) -> None:
    assert world.deploy().error is None
    world.visits.clear()
    go(world, STANDING_BY[state])
    assert_unchanged_from(world, state, redriven(STANDBY, state), world.standby)


def assert_unchanged_from(
    world: TableWorld, state: str, machine: dict[str, Any], request: Any
) -> None:
    before: list[Any] = []

    def taken_over(world: TableWorld) -> None:
        the_guardian_takes_over(world)
        before.append(what_counts(world))

    world.before[ASKED_BEFORE.get(state, state)] = taken_over
    execution = run(machine, request, world._task)

    assert before == [what_counts(world)], execution.states


def what_counts(world: TableWorld) -> Any:
    """The rule, sizes, the ending, and the lease but for what VerifyRestored truly saw."""
    lease = {n: v for n, v in world.item().items() if n not in ("candidate_percent", "waits")}
    rule = world.percent, world.direct_writes
    return rule, dict(world.sizes), lease, world.item(RECORD)["ending"]


@pytest.mark.parametrize("state", [s for s in DEPLOYING if s not in ELSEWHERE])
def test_a_deployment_stopped_at_any_state_ends_with_whole_traffic(
    world: TableWorld, state: str
) -> None:
    go(world, DEPLOYING[state])
    world.before[state] = stop
    with pytest.raises(Stopped):
        world.deploy()

    execution = the_guardian_goes_on(world)

    is_promoted = state == "OpenStandby"
    assert execution.error == (None if is_promoted else "DeploymentStopped")
    assert world.percent == (100 if is_promoted else 0)
    assert "deployment_id" not in world.item()
    assert world.item(RECORD)["standby_ending"]["S"] == execution.states[-1]


@pytest.mark.parametrize("state", [s for s in STANDING_BY if s not in ELSEWHERE])
def test_a_standby_stopped_at_any_state_is_watched_on_or_restored(
    world: TableWorld, state: str
) -> None:
    world.deploy()
    go(world, STANDING_BY[state])
    world.before[state] = stop
    with pytest.raises(Stopped):
        world.watch()

    execution = the_guardian_goes_on(world)

    stands = world.leases.get("shop").breach is None and execution.error is None
    assert execution.states[-1] == ("StandbyRetired" if stands else "DeploymentStopped")
    assert world.percent == (100 if stands else 0)
    assert "deployment_id" not in world.item()


def the_guardian_goes_on(world: TableWorld) -> Any:
    """Where it does, on what was kept; everything works again."""
    world.answers.clear()
    lease = world.leases.get("shop")
    production = Production("1.1.0", "green", DEPLOYMENT["id"], "asked", "noon")
    is_recorded = lease.phase != "deploying"
    stopped = Execution(DEPLOYMENT["id"], "ABORTED")
    kept = Kept(DEPLOYMENT, SIDES)
    plan = take_over(lease, kept, production if is_recorded else None, [stopped])
    holder = Holder("shop", DEPLOYMENT["id"], lease.fence)
    fence = world.leases.take_over(holder, breach=plan.breach)
    assert fence is not None
    return run(STANDBY, plan.request(fence), world._task)


def test_a_deployment_stopped_before_its_sides_were_inspected_gives_its_lease_back(
    world: TableWorld,
) -> None:
    world.before["InspectLive"] = stop
    with pytest.raises(Stopped):
        world.deploy()
    plan = take_over(world.leases.get("shop"), Kept(DEPLOYMENT, None), None, [])
    fence = world.leases.take_over(Holder("shop", DEPLOYMENT["id"], 1), breach=plan.breach)

    execution = run(STANDBY, plan.request(fence or 0), world._task)

    assert execution.states == (
        *("WhichEntry", "RecordEnding", "IsHeld", "ReleaseLease", "NeedsPeople"),
        *("PageOperators", "WhichEnding", "DeploymentStopped"),
    )
    assert execution.cause == "DeploymentStopped: no execution of it runs"
    assert "deployment_id" not in world.item()


def test_every_state_that_acts_is_stopped_and_redriven_in_this_module() -> None:
    for machine, states in ((MACHINE, DEPLOYING), (STANDBY, STANDING_BY)):
        tasks = {name for name, state in machine["States"].items() if state["Type"] == "Task"}
        assert tasks == {*states} | (tasks & BEGIN_ANEW)


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_direct_restore_that_is_redriven_only_looks(world: TableWorld, is_whole: bool) -> None:
    """At once: an hour of tries would keep the guardian waiting for it."""
    go(world, DEPLOYING["RestoreTrafficDirectly"])
    if is_whole:
        world.before["CallOperators"] = lambda world: setattr(world, "percent", 0)

    execution = run(redriven(MACHINE, "RestoreTrafficDirectly"), REQUEST, world._task)

    assert execution.error == ("DeploymentReverted" if is_whole else "RestoreUnverified")
    assert execution.states.count("RestoreTrafficDirectly") == 1
    assert world.direct_writes == 1, "its proof, before it was redriven"
