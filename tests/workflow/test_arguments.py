"""What the machine hands to its states, and how long it waits: every number comes from its owner.

The world answers by the name of a state and looks at little of what it is asked; this looks.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from sfnx.testing import Call, Execution, Wait, run

from tests.workflow.conftest import (
    DEPLOYMENT,
    MACHINE,
    REQUEST,
    SIDES,
    STANDBY,
    World,
    judged,
    lambda_failure,
)
from viridian.core.plan import LONGEST_BAKE_SECONDS

BUG = lambda_failure("KeyError", "'boom'")
WATCH = judged("Watch")
WAY_BACK = [
    {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": {"ClientId": "id"}},
    {
        "Type": "forward",
        "Order": 2,
        "ForwardConfig": {
            "TargetGroups": [
                {"TargetGroupArn": "arn:blue", "Weight": 100},
                {"TargetGroupArn": "arn:green", "Weight": 0},
            ],
            "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60},
        },
    },
]
SETTINGS = {**DEPLOYMENT["registration"]["settings"], "drain_seconds": 47}
REGISTRATION = {**DEPLOYMENT["registration"], "settings": SETTINGS}
ADMITTED = {**DEPLOYMENT, "registration": REGISTRATION}
INSPECTED = {**SIDES, "restore_actions": WAY_BACK}


class SteppedWorld(World):
    """A world in which each step begins at another time, and waits are remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[Wait] = []
        self.says("AdmitRequest", ADMITTED).says("InspectLive", INSPECTED)

    def deploy(self, request: Any = REQUEST, machine: dict[str, Any] = MACHINE) -> Execution:
        return run(machine, request, self._task, on_wait=self.waits.append)

    def _shift_traffic(self, arguments: dict[str, Any]) -> Any:
        moved = super()._shift_traffic(arguments)
        return {**moved, "shifted_at": 1000.5 + moved["candidate_percent"]}


@pytest.fixture
def world() -> SteppedWorld:
    return SteppedWorld()


def arguments_of(execution: Execution, state: str) -> list[Any]:
    """What a state was called with, each time."""
    calls: tuple[Call, ...] = execution.calls
    return [call.arguments for call in calls if call.state == state]


def test_a_request_is_admitted_as_it_came_under_the_execution_s_own_name(
    world: SteppedWorld,
) -> None:
    """The name is the deployment's id: an upload that is told twice is one deployment."""
    [asked] = arguments_of(world.deploy(), "AdmitRequest")

    assert asked["Payload"] == {
        "deployment_id": "execution",
        "request": REQUEST,
        "now": "2026-01-01T00:00:00.000Z",
    }


@pytest.mark.parametrize("failing", [None, "JudgeCandidate"])
def test_every_function_is_told_what_was_admitted_acquired_and_inspected(
    world: SteppedWorld, failing: str | None
) -> None:
    if failing:
        world.says(failing, BUG)
    known = {
        "deployment_id": ADMITTED["id"],
        "service": "shop",
        "version": "1.1.0",
        "release": ADMITTED["release"],
        "blueprint": ADMITTED["blueprint"],
        "deployment": ADMITTED,
        "registration": REGISTRATION,
        "settings": REGISTRATION["settings"],
        "load_balancer": REGISTRATION["load_balancer"],
        "watched_alarms": REGISTRATION["shared_alarms"],
        "timeout_seconds": 120,
        "period_seconds": 10,
        "rule_arn": INSPECTED["rule_arn"],
        "fence": 7,
        "sides": INSPECTED,
    }

    execution = world.deploy()

    functions = {call.state for call in execution.calls if ":lambda:" in call.resource}
    for state in functions - {"AdmitRequest"}:
        for asked in arguments_of(execution, state):
            for name in known.keys() & asked["Payload"].keys():
                assert asked["Payload"][name] == known[name], f"{state}: {name}"


def test_a_promotion_is_dated(world: SteppedWorld) -> None:
    [asked] = arguments_of(world.deploy(), "Promote")

    assert asked["Payload"]["entered"] == "2026-01-01T00:00:00.000Z"


def test_the_candidate_is_looked_for_as_it_was_prepared_and_since_then(world: SteppedWorld) -> None:
    [asked] = [call["Payload"] for call in arguments_of(world.deploy(), "CheckCandidate")]

    assert asked["revision"] == "arn:shop:2"
    assert asked["since_ms"] == datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000


def test_a_promoted_deployment_drains_the_former_live_as_long_as_its_service_asks(
    world: SteppedWorld,
) -> None:
    world.deploy()
    run(STANDBY, world.standby, world._task, on_wait=world.waits.append)

    assert world.waits == [Wait("DrainStandby", 47, None)]


@pytest.mark.parametrize(
    ("state", "keep", "waits"),
    [("JudgeCandidate", 0, 47), ("JudgeCandidate", 600, 600), ("SmokeTest", 0, 0)],
    ids=["reverted", "kept for a debugger", "never had traffic"],
)
def test_a_failed_candidate_is_captured_then_drained_or_kept_as_long_as_its_service_asks(
    world: SteppedWorld, state: str, keep: int, waits: int
) -> None:
    settings = {**SETTINGS, "keep_failed_seconds": keep}
    registration = {**REGISTRATION, "settings": settings}
    world.says("AdmitRequest", {**ADMITTED, "registration": registration}).says(state, BUG)

    states = world.deploy().states

    assert world.waits == [Wait("DrainCandidate", waits, None)]
    shrinking = ["CaptureEvidence", "DrainCandidate", "RetireCandidate"]
    assert [name for name in states if name in shrinking] == shrinking


def test_the_machine_gives_up_after_four_times_the_longest_bake() -> None:
    """A day may be baked and a day be asked; two are left for all the rest."""
    assert MACHINE["TimeoutSeconds"] == 4 * LONGEST_BAKE_SECONDS


@pytest.mark.parametrize(
    ("state", "ending"),
    [("SmokeTest", "CandidateRejected"), ("JudgeCandidate", "DeploymentReverted")],
)
def test_who_asks_the_hooks_of_a_restore_is_told_how_it_ends(
    world: SteppedWorld, state: str, ending: str
) -> None:
    [asked] = arguments_of(world.says(state, BUG).deploy(), "CaptureEvidence")

    assert asked["Payload"]["ending"] == ending


def test_each_step_is_judged_by_its_own_number_and_since_its_own_shift(world: SteppedWorld) -> None:
    world.says("JudgeCandidate", None, WATCH, None)

    asked = [call["Payload"] for call in arguments_of(world.deploy(), "JudgeCandidate")]

    assert [(each["step"]["percent"], each["shifted_at"]) for each in asked] == [
        (10, 1010.5),
        (50, 1050.5),
        (50, 1050.5),
        (100, 1100.5),
    ]


def test_a_bake_lasts_as_long_as_the_shift_or_the_judge_before_it_says(world: SteppedWorld) -> None:
    """The interpreter does not evaluate a timeout, so it is handed over as an argument."""
    bake = MACHINE["States"]["Bake"]
    telling = {**bake, "Arguments": {"seconds": bake["TimeoutSeconds"]}}
    machine = {**MACHINE, "States": {**MACHINE["States"], "Bake": telling}}
    world.says("JudgeCandidate", WATCH, None)

    asked = arguments_of(world.deploy(machine=machine), "Bake")

    assert [each["seconds"] for each in asked] == [12, 5, 12, 12]


def test_a_direct_restore_writes_the_very_actions_that_were_kept(world: SteppedWorld) -> None:
    world.says("JudgeCandidate", BUG).says("RestoreTraffic", BUG)

    execution = world.deploy()
    asked = arguments_of(execution, "RestoreTrafficDirectly")

    assert asked == [{"RuleArn": "arn:rule", "Actions": WAY_BACK}]
    assert asked == arguments_of(execution, "ProveDirectWayBack")
