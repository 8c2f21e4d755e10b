"""What people ask, as the machines take it: the lease is the table's, the looks are the core's."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from sfnx.testing import Failure

from tests.adapters.conftest import KEEP_SESSION
from tests.deployments_table import create_table
from tests.fakes import FakeAlarms, FakeExecutions
from tests.workflow.conftest import DEPLOYMENT, judged, lambda_failure
from tests.workflow.table_world import TABLE, TOKEN, Event, TableWorld, holder, nothing_happens
from viridian.adapters.records import Records
from viridian.core.decision import Decision, Next
from viridian.core.hold import controlled, kept_seconds, require_may_promote, require_may_shift
from viridian.core.plan import LONGEST_PAUSE_SECONDS
from viridian.core.standby import look
from viridian.handlers.controls.control import handler

NOW = 1_800_000_000.0
NOT_READY = {"is_ready": False, "reason": "0 of 2"}
REQUEST_ID = SimpleNamespace(
    aws_request_id="request-1",
    function_name="control",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:::function:control",
)


class PeoplesWorld(TableWorld):
    """A world whose looks are the core's; `asks` are controls by the state in which they come.

    The table's writes are real, and so are the answers to waits: an answered wait ends as it was
    answered, any other by its timeout.
    """

    def __init__(self, dynamodb: Any) -> None:
        super().__init__(dynamodb)
        self.records = Records(dynamodb, TABLE["${TableName}"])
        self.now = NOW
        self.splits: list[int] = []

    def ask(self, action: str, **members: Any) -> dict[str, Any]:
        """What the function answers; a wait that it ends is seen by the state in which it comes."""
        self.executions = FakeExecutions((TOKEN,))
        asked = {"action": action, "service": "shop", "by": "alice", "reason": "because"}
        event = {k: v for k, v in {**asked, **members}.items() if v is not None}
        return handler(
            event, REQUEST_ID, self.leases, self.records, self.executions, lambda: self.now
        )

    def _bake(self, _arguments: dict[str, Any]) -> Any:
        return self._answered()

    _soak = _await_resume = _await_hooks = _await_candidate = _bake

    def _answered(self) -> Any:
        executions, self.executions = getattr(self, "executions", None), FakeExecutions()
        answer = executions.answers.get(TOKEN) if executions else None
        if isinstance(answer, tuple):
            raise Failure(*answer)
        if answer is None:
            raise Failure("States.Timeout")
        return {}

    def _prove_way_back(self, arguments: dict[str, Any]) -> Any:
        self.leases.get("shop").require_open(holder(arguments))
        return super()._prove_way_back(arguments)

    def _shift_traffic(self, arguments: dict[str, Any]) -> Any:
        percent = arguments["Payload"]["step"]["percent"]
        require_may_shift(
            self.leases.get("shop"), self.leases.stop(), percent=percent, now=self.now
        )
        moved = super()._shift_traffic(arguments)
        self.splits.append(percent)
        return moved

    def _promote(self, arguments: dict[str, Any]) -> Any:
        require_may_promote(self.leases.get("shop"), self.leases.stop(), now=self.now)
        return super()._promote(arguments)

    def _judge_candidate(self, _arguments: dict[str, Any]) -> Any:
        lease, stop = self.leases.get("shop"), self.leases.stop()
        found = controlled(Decision(Next.ADVANCE), lease, stop, now=self.now)
        return judged(found.next)

    def _watch_standby(self, arguments: dict[str, Any]) -> Any:
        lease = self.leases.get("shop")
        kept = kept_seconds(lease, self.leases.stop(), now=self.now)
        seen = look(
            lease,
            holder(arguments),
            FakeAlarms({}).states(()),
            watched_seconds=901,
            window=900,
            kept_seconds=kept,
        )
        return {"next": seen.next, "watch_seconds": seen.watch_seconds, "failure": seen.failure}


@pytest.fixture(scope="module")
def dynamodb() -> Any:
    return boto3.session.Session().client("dynamodb")


@pytest.fixture
def world(dynamodb: Any) -> Iterator[PeoplesWorld]:
    with mock_aws(config=KEEP_SESSION):
        create_table(dynamodb, TABLE["${TableName}"])
        yield PeoplesWorld(dynamodb)


def asking(world: PeoplesWorld, action: str, **members: Any) -> Event:
    """A control that comes there."""

    def comes(_: TableWorld) -> None:
        world.ask(action, **members)

    return comes


@pytest.mark.parametrize("action", ["abort", "rollback"])
def test_an_abort_in_a_bake_takes_it_back_at_once_in_the_person_s_words(
    world: PeoplesWorld, action: str
) -> None:
    world.during["Bake"] = asking(world, action)

    execution = world.deploy()

    done = {"abort": "aborted", "rollback": "rolled back"}[action]
    assert (execution.error, execution.cause) == (
        "DeploymentReverted",
        f"{done} by alice: because",
    )
    assert (world.percent, world.visits["JudgeCandidate"]) == (0, 0)


@pytest.mark.parametrize("state", ["AwaitCandidate", "CheckCandidate", "WarmCandidate"])
def test_an_abort_before_any_shift_rejects_the_candidate(world: PeoplesWorld, state: str) -> None:
    world.says("CheckCandidate", NOT_READY, None)
    place = world.during if state == "AwaitCandidate" else world.before
    place[state] = asking(world, "abort")

    execution = world.deploy()

    assert execution.error == "CandidateRejected"
    assert (execution.cause or "").endswith("aborted by alice: because")
    assert (world.splits, world.sizes) == ([], {"green": "resting"})


def test_an_abort_between_two_waits_is_found_by_the_next(world: PeoplesWorld) -> None:
    world.before["JudgeCandidate"] = asking(world, "abort")

    execution = world.deploy()

    assert (execution.error, world.splits) == ("DeploymentReverted", [10])
    assert (execution.cause or "").endswith("aborted by alice: because")


def test_a_pause_keeps_the_split_until_it_is_resumed(world: PeoplesWorld) -> None:
    looks: list[int] = []

    def paused(_: TableWorld) -> None:
        looks.append(world.percent)
        world.during["Bake"] = paused if len(looks) < 4 else nothing_happens
        world.ask("pause" if len(looks) == 1 else "resume") if len(looks) in (1, 4) else None

    world.during["Bake"] = paused

    assert world.deploy().error is None
    assert (looks, world.splits) == ([10, 10, 10, 10], [10, 50, 100])


@pytest.mark.parametrize(
    ("state", "stays_in"), [("ShiftTraffic", "AwaitResume"), ("Promote", "Bake")]
)
@pytest.mark.parametrize("actions", [("pause", "resume"), ("stop", "go")])
def test_a_pause_that_meets_a_move_is_waited_for_without_it(
    world: PeoplesWorld, state: str, stays_in: str, actions: tuple[str, str]
) -> None:
    everything = {"service": None} if actions[0] == "stop" else {}
    held_at: list[int] = []

    def resumed(_: TableWorld) -> None:
        held_at.append(world.percent)
        world.ask(actions[1], **everything)

    def paused(_: TableWorld) -> None:
        world.ask(actions[0], **everything)
        world.during[stays_in] = resumed

    world.before[state] = paused

    execution = world.deploy()

    assert (execution.error, world.splits) == (None, [10, 50, 100])
    assert held_at == [{"ShiftTraffic": 0, "Promote": 100}[state]]
    assert execution.states.count(state) > 1


def test_a_pause_between_two_steps_is_watched_like_any_step(world: PeoplesWorld) -> None:
    """It came after the look and before the shift: the machine goes back to the looks."""
    world.says("JudgeCandidate", judged("Advance"), None)
    judged_at: list[int] = []

    def paused(_: TableWorld) -> None:
        world.before["ShiftTraffic"] = second

    def second(_: TableWorld) -> None:
        world.ask("pause")
        world.during["Bake"] = resumed

    def resumed(_: TableWorld) -> None:
        judged_at.append(world.percent)
        world.ask("resume")

    world.before["ShiftTraffic"] = paused

    execution = world.deploy()

    assert (execution.error, world.splits, judged_at) == (None, [10, 50, 100], [10])
    assert "HasTraffic" in execution.states
    steps = [
        call.arguments["Payload"]["step"]["percent"]  # type: ignore[index]  # as JSON is
        for call in execution.calls
        if call.state == "JudgeCandidate"
    ]
    assert steps == [10, 10, 50, 100]


@pytest.mark.parametrize("ends", [Failure("CandidateBreached", "bad"), lambda_failure("Bug", "")])
def test_what_goes_wrong_before_the_first_shift_of_a_paused_one_rejects_it(
    world: PeoplesWorld, ends: Failure
) -> None:
    world.before["ShiftTraffic"] = asking(world, "pause")

    execution = world.says("AwaitResume", ends).deploy()

    assert (execution.error, world.splits) == ("CandidateRejected", [])


@pytest.mark.parametrize("control", [{"action": "pause"}, {"action": "stop", "service": None}])
def test_one_that_is_held_too_long_goes_back(world: PeoplesWorld, control: Any) -> None:
    def paused(_: TableWorld) -> None:
        world.ask(**control)
        world.now += LONGEST_PAUSE_SECONDS

    world.during["Bake"] = paused

    execution = world.deploy()

    assert (execution.error, world.percent) == ("DeploymentReverted", 0)
    assert (execution.cause or "").startswith("PauseExpired: ")


@pytest.mark.parametrize("state", ["WatchStandby", "Soak", "DrainStandby", "RetireStandby"])
def test_a_rollback_at_any_time_of_the_window_takes_production_back(
    world: PeoplesWorld, state: str
) -> None:
    world.deploy()
    if state == "Soak":
        world.says("WatchStandby", judged("Watch"), None)
        world.during["Soak"] = asking(world, "rollback")
    else:
        world.before["RetireStandby" if state == "DrainStandby" else state] = asking(
            world, "rollback"
        )
        if state in ("DrainStandby", "RetireStandby"):
            world.says("RetireStandby", lambda_failure("CandidateBreached", "rolled back"))

    execution = world.watch()

    assert (execution.error, world.percent) == ("StandbyRestored", 0)
    assert "rolled back by alice: because" in (execution.cause or "")


def test_a_window_that_is_paused_ends_when_it_is_resumed(world: PeoplesWorld) -> None:
    world.deploy()
    world.ask("pause")
    world.during["Soak"] = asking(world, "resume")

    execution = world.watch()

    assert execution.error is None
    assert execution.states.count("Soak") == 1


def test_a_standby_that_is_paused_while_it_drains_is_watched_on(world: PeoplesWorld) -> None:
    world.deploy()
    world.says("RetireStandby", lambda_failure("DeploymentPaused", "paused by alice"), None)

    execution = world.watch()

    assert execution.error is None
    assert execution.states.count("WatchStandby") == 2


def test_a_stop_keeps_no_restore_and_an_alarm_is_heeded(world: PeoplesWorld) -> None:
    world.during["Bake"] = asking(world, "stop", service=None)
    world.says("JudgeCandidate", judged("Restore", "CandidateFailing", "bad"))

    assert (world.deploy().error, world.percent) == ("DeploymentReverted", 0)


def test_what_people_did_is_kept_with_the_deployment_beside_its_ending(
    world: PeoplesWorld,
) -> None:
    world.during["Bake"] = asking(world, "abort")
    world.deploy()

    record = world.item(f"DEPLOYMENT#{DEPLOYMENT['id']}")
    [control] = record["controls"]["L"]
    assert {name: value["S"] for name, value in control["M"].items()} == {
        "at": "2027-01-15T08:00:00+00:00",
        "action": "abort",
        "by": "alice",
        "reason": "because",
        "request_id": "request-1",
    }
    assert record["ending"] == {"S": "DeploymentReverted"}
