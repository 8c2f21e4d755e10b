"""What people do by hand, to a shop under traffic: the deployed function, called as by them."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.session import SHOP, Rehearsal
from rehearsal.traffic import Traffic
from tests.assemblies import CONTROLLED, Assemblies
from tests.rehearsal.live_shop import LOOK_SECONDS, eventually, live_shop
from viridian.core.execution import execution_arn
from viridian_cli.deployment import Deployment, Sight
from viridian_cli.release import pack

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

    def upload(self, version: str) -> Deployment:
        """Upload the shop as another version; the deployment that this starts."""
        folder = self._folder / version
        folder.mkdir()
        shutil.copy(SHOP / "app.py", folder / "app.py")
        manifest = {"service": "shop", "version": version, "command": ["python3", "app.py"]}
        (folder / "release.json").write_text(json.dumps(manifest))
        return self.rehearsal.upload(pack(folder))

    def ask(self, action: str, **members: Any) -> dict[str, Any]:
        """Invoke the function, as from the console."""
        asked = {"action": action, "service": "shop", "by": "alice", "reason": "a rehearsal"}
        answer = self.rehearsal.client("lambda").invoke(
            FunctionName=self._control, Payload=json.dumps({**asked, **members})
        )
        told: dict[str, Any] = json.load(answer["Payload"])
        assert "FunctionError" not in answer, told
        return told

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
