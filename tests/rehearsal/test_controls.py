"""What people do by hand, to a shop under traffic: the deployed function, called as by them."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.session import Rehearsal
from rehearsal.traffic import Traffic
from tests.assemblies import CONTROLLED, Assemblies
from tests.rehearsal.live_shop import LOOK_SECONDS, eventually, live_shop, shop_release
from viridian.core.execution import execution_arn
from viridian_cli.deployment import Deployment, Sight

pytestmark = pytest.mark.xdist_group("controls")

PATIENCE_SECONDS = 60.0
BAKE_SECONDS = 30.0
"""As long as the first step takes with its evidence, and some more."""


class Stage:
    """A shop that is live under traffic, its function Control, and releases to try on it."""

    def __init__(self, rehearsal: Rehearsal, traffic: Traffic, folder: Path) -> None:
        self.rehearsal, self.traffic, self._folder = rehearsal, traffic, folder
        functions = rehearsal.client("lambda").list_functions(MaxItems=100)["Functions"]
        handlers = {f["Handler"]: str(f["FunctionName"]) for f in functions}
        self._control = handlers["viridian.handlers.controls.control.handler"]
        self._rule_changed = handlers["viridian.handlers.events.rule_changed.handler"]

    def upload(self, version: str) -> Deployment:
        """Upload the shop as another version; the deployment that this starts."""
        return self.rehearsal.upload(shop_release(self._folder, version))

    def start(self, version: str, **request: Any) -> Deployment:
        """Upload the shop while another deployment runs, which refuses it; then ask by hand."""
        self.upload(version)
        states, name = self.rehearsal.client("stepfunctions"), f"shop-{version}-by-hand"
        states.start_execution(
            stateMachineArn=self.rehearsal.outputs.state_machine_arn,
            name=name,
            input=json.dumps({"service": "shop", "version": version, **request}),
        )
        return self.rehearsal.deployment(name)

    def ask(self, action: str, **members: Any) -> dict[str, Any]:
        """Invoke the function, as from the console."""
        asked = {"action": action, "service": "shop", "by": "alice", "reason": "a rehearsal"}
        answer = self.rehearsal.client("lambda").invoke(
            FunctionName=self._control, Payload=json.dumps({**asked, **members})
        )
        told: dict[str, Any] = json.load(answer["Payload"])
        assert "FunctionError" not in answer, told
        return told

    def split_by_hand(self, *, by: str) -> None:
        """Write other weights than 50/50 past Viridian, and tell of it."""
        arn, elbv2 = self.rehearsal.registration()["rule_arn"], self.rehearsal.client("elbv2")
        [rule] = elbv2.describe_rules(RuleArns=[arn])["Rules"]
        groups = rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
        for group, weight in zip(groups, (30, 70), strict=True):
            group["Weight"] = weight
        elbv2.modify_rule(RuleArn=arn, Actions=rule["Actions"])
        asked = {"service": "shop", "at": "2026-11-01T12:00:00Z", "ip": "203.0.113.7"}
        event = json.dumps({**asked, "identity": {"type": "IAMUser", "arn": by}})
        self.rehearsal.client("lambda").invoke(FunctionName=self._rule_changed, Payload=event)

    def standby(self, deployment: Deployment) -> Deployment:
        """The execution that watches a promoted deployment."""
        arn = execution_arn(self.rehearsal.standby_machine, deployment.id)
        return Deployment(self.rehearsal.client, arn, self.rehearsal.registration())


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, assemblies: Assemblies) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("controls")
    with live_shop(folder, assemblies.at(CONTROLLED)) as (rehearsal, traffic):
        yield Stage(rehearsal, traffic, folder)


def wait_for(deployment: Deployment, is_there: Callable[[Sight], bool]) -> None:
    eventually(lambda: is_there(deployment.look()), PATIENCE_SECONDS)


def at(percent: int, state: str = "Bake") -> Callable[[Sight], bool]:
    return lambda sight: (sight.candidate_percent, sight.state) == (percent, state)


@pytest.mark.long
def test_a_deployment_is_led_by_hand_and_its_promotion_rolled_back(stage: Stage) -> None:
    deployment = stage.upload("3.0.0")
    wait_for(deployment, at(10))

    assert stage.ask("pause")["changed"]
    ends = time.monotonic() + BAKE_SECONDS
    while time.monotonic() < ends:
        assert deployment.candidate_percent() == 10
        time.sleep(LOOK_SECONDS)
    assert deployment.look().state == "Bake"

    assert stage.ask("resume")["woken"]
    wait_for(deployment, at(50))
    assert "is at 50 %, not at 10 %" in stage.ask("skip", percent=10)["did"]
    assert stage.ask("skip", percent=50)["woken"]
    wait_for(deployment, at(100))
    assert stage.ask("ship")["woken"]
    assert deployment.ending(every_seconds=LOOK_SECONDS, longest_seconds=60).error is None

    standby = stage.standby(deployment)
    wait_for(standby, lambda sight: sight.state == "Soak")
    assert stage.ask("rollback")["woken"]
    ending = standby.ending(every_seconds=LOOK_SECONDS, longest_seconds=60)
    back_at = dict(ending.visits)["VerifyRestored"]

    assert (ending.error, ending.cause) == ("StandbyRestored", "rolled back by alice: a rehearsal")
    told = stage.ask("rollback")
    assert (told["changed"], told["did"]) == (
        False,
        "no deployment of shop is in progress; nothing was changed",
    )
    time.sleep(1)
    answers = stage.traffic.answers()
    assert answers.requests_to("3.0.0") > 0
    assert answers.requests_to("3.0.0", after=back_at + 0.5) == 0
    assert answers.failed == 0


def test_an_abort_takes_the_traffic_back_at_once(stage: Stage) -> None:
    deployment = stage.upload("3.1.0")
    wait_for(deployment, at(10))
    stage.ask("skip", percent=10)
    wait_for(deployment, at(50))

    asked_at = time.time()
    assert stage.ask("abort")["woken"]
    ending = deployment.ending(every_seconds=LOOK_SECONDS, longest_seconds=60)

    assert (ending.error, ending.cause) == ("DeploymentReverted", "aborted by alice: a rehearsal")
    assert dict(ending.visits)["VerifyRestored"] - asked_at < 10
    assert stage.traffic.answers().failed == 0


def test_a_split_written_by_hand_is_seen_at_once_and_its_ending_says_who_wrote_it(
    stage: Stage,
) -> None:
    """Told as its EventBridge rule tells it; untold, it is seen by the next look."""
    deployment = stage.upload("3.2.0")
    wait_for(deployment, at(10))
    stage.ask("skip", percent=10)
    wait_for(deployment, at(50))

    stage.split_by_hand(by="arn:aws:iam::000000000000:user/alice")
    ending = deployment.ending(every_seconds=LOOK_SECONDS, longest_seconds=120)

    cause = str(ending.cause)
    assert (ending.error, cause.partition(":")[0]) == ("DeploymentReverted", "SplitChanged")
    assert "by arn:aws:iam::000000000000:user/alice from 203.0.113.7 (CloudTrail)" in cause
    assert deployment.candidate_percent() == 0
    assert stage.traffic.answers().failed == 0


@pytest.mark.long
def test_one_waits_for_its_turn_and_another_takes_back_what_runs(stage: Stage) -> None:
    running = stage.upload("6.0.0")
    wait_for(running, at(10))
    waiting = stage.start("5.0.0", on_busy="queue")
    wait_for(waiting, lambda sight: sight.state == "AwaitTurn")

    newest = stage.start("4.0.0", on_busy="supersede")

    refused, reverted = (
        deployment.ending(every_seconds=LOOK_SECONDS, longest_seconds=120)
        for deployment in (waiting, running)
    )
    eventually(lambda: at(10)(newest.look()), 120)
    assert stage.ask("ship")["woken"]
    promoted = newest.ending(every_seconds=LOOK_SECONDS, longest_seconds=120)
    assert (refused.error, reverted.error) == ("DeploymentRefused", "DeploymentReverted")
    assert f"{newest.id} came after it" in str(refused.cause)
    assert f"superseded by {newest.id}" in str(reverted.cause)
    assert promoted.error is None, promoted.cause
    assert "AwaitTurn" in promoted.states
    assert stage.traffic.answers().failed == 0
