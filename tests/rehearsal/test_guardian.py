"""Executions stopped by hand, as in the console, under traffic: by AWS and clients alone.

The emulator stops an execution in the state that is named; what follows is the guardian's.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer

from rehearsal.session import SHOP, Rehearsal
from rehearsal.traffic import Traffic
from tests.assemblies import REHEARSED, Assemblies
from tests.rehearsal.live_shop import eventually, live_shop
from viridian.core.lease import lease_key
from viridian_cli.deployment import split
from viridian_cli.release import pack

pytestmark = pytest.mark.xdist_group("guardian")

SOON_SECONDS, LONG_SECONDS = 45.0, 120.0
"""Far less than the guardian's own minute if it is told; whatever a deployment may take here."""


class Stage:
    """A shop under traffic, its first release live."""

    def __init__(self, rehearsal: Rehearsal, traffic: Traffic) -> None:
        self.rehearsal, self.traffic = rehearsal, traffic
        self.control = rehearsal.control
        self._states = rehearsal.client("stepfunctions")
        machines = self._states.list_state_machines()["stateMachines"]
        self.machines = {
            name: next(m["stateMachineArn"] for m in machines if f"{name}Machine" in m["name"])
            for name in ("Workflow", "Standby")
        }

    def upload(self, version: str, **environment: str) -> str:
        """The deployment that a release of this version starts."""
        packed = pack(SHOP / "releases" / "1.1.0")
        manifest = {**packed.manifest, "version": version, "environment": environment}
        return self.rehearsal.upload(replace(packed, version=version, manifest=manifest)).id

    def stop_in(self, machine: str, state: str) -> int:
        """Have the next execution of the machine stopped in this state."""
        where = {"machine": self.machines[machine], "state": state}
        return self.control.interfere(where, "shop", "stopped")

    def ended(self, machine: str, name: str, seconds: float = LONG_SECONDS) -> Any:
        """How the execution of that name ended."""
        arn = f"{self.machines[machine].replace(':stateMachine:', ':execution:')}:{name}"

        def found() -> Any:
            try:
                described = self._states.describe_execution(executionArn=arn)
            except self._states.exceptions.ExecutionDoesNotExist:
                return None
            return described if described["status"] != "RUNNING" else None

        return eventually(found, seconds)

    def item(self, key: dict[str, str]) -> dict[str, Any]:
        """An item of the table."""
        answer = self.rehearsal.client("dynamodb").get_item(
            TableName=self.rehearsal.outputs.table, Key={n: {"S": v} for n, v in key.items()}
        )
        read = TypeDeserializer().deserialize
        return {name: read(value) for name, value in answer.get("Item", {}).items()}

    def record(self, deployment_id: str) -> dict[str, Any]:
        return self.item({"pk": "SERVICE#shop", "sk": f"DEPLOYMENT#{deployment_id}"})

    def weights(self) -> list[int]:
        """Of the rule, the larger one first."""
        found = split(self.rehearsal.client("elbv2"), self.rehearsal.registration())
        return sorted(found.values(), reverse=True)

    def is_whole_and_free(self) -> bool:
        """All traffic on one side, and nobody's lease."""
        return self.weights() == [100, 0] and "deployment_id" not in self.item(lease_key("shop"))

    def guardian(self, deployment_id: str) -> str:
        """The name of the execution that the guardian started for it."""
        arn = self.machines["Standby"]

        def found() -> Any:
            names = [
                e["name"] for e in self._states.list_executions(stateMachineArn=arn)["executions"]
            ]
            return next((n for n in names if n.startswith(f"{deployment_id}-guardian-")), None)

        return str(eventually(found, SOON_SECONDS))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, assemblies: Assemblies) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("guardian")
    with live_shop(folder, assemblies.at(REHEARSED)) as (rehearsal, traffic):
        yield Stage(rehearsal, traffic)


def test_a_deployment_stopped_at_half_of_the_traffic_is_made_whole_and_the_next_goes_through(
    stage: Stage,
) -> None:
    stage.stop_in("Workflow", "Bake")
    stopped = stage.upload("3.0.0")
    assert stage.ended("Workflow", stopped)["status"] == "ABORTED"
    assert stage.weights() in ([50, 50], [100, 0]), "the guardian may have been as fast"

    restored = stage.ended("Standby", stage.guardian(stopped), SOON_SECONDS)

    assert (restored["status"], restored["error"]) == ("FAILED", "DeploymentStopped")
    assert stage.is_whole_and_free()
    record = stage.record(stopped)
    assert record["ending"] == record["standby_ending"] == "DeploymentStopped"
    assert "was stopped by hand" in record["cause"]
    evidence = json.loads(record["evidence"])
    assert "could not be read" not in str({**evidence, "tasks": None})
    assert evidence["targets"].keys() == evidence["requests"].keys() == {"blue", "green"}
    assert evidence["tasks"][0] == "none of its tasks was stopped"
    assert stage.traffic.answers().requests_to("3.0.0") > 0
    assert stage.traffic.answers().requests_to("3.0.0", after=time.time() - 1) == 0

    following = stage.upload("3.0.1")
    assert stage.ended("Workflow", following)["status"] == "SUCCEEDED"
    assert stage.ended("Standby", following)["status"] == "SUCCEEDED"


@pytest.mark.long
def test_a_stop_of_which_no_event_tells_is_found_by_the_next_look(stage: Stage) -> None:
    stage.stop_in("Workflow", "JudgeCandidate")
    stopped = stage.upload("3.1.0")
    lost = stage.control.interfere({"function": "*Guardian*"}, stopped, "lost", times=100)
    assert stage.ended("Workflow", stopped)["status"] == "ABORTED"
    eventually(lambda: stage.control.seen(lost), SOON_SECONDS)

    stage.control.run_schedules()

    restored = stage.ended("Standby", stage.guardian(stopped), SOON_SECONDS)
    assert restored["error"] == "DeploymentStopped"
    assert stage.is_whole_and_free()
    stage.control.end(lost)


@pytest.mark.long
@pytest.mark.parametrize("state", ["RestoreTraffic", "VerifyRestored"])
def test_a_restore_that_is_stopped_is_done_again(stage: Stage, state: str) -> None:
    number = 2 if state == "RestoreTraffic" else 3
    stage.stop_in("Workflow", state)
    stopped = stage.upload(f"3.{number}.0", FAULT_PERCENT="30")
    assert stage.ended("Workflow", stopped)["status"] == "ABORTED"

    restored = stage.ended("Standby", stage.guardian(stopped), SOON_SECONDS)

    assert restored["error"] == "DeploymentStopped"
    assert stage.is_whole_and_free()
    assert stage.traffic.answers().requests_to(f"3.{number}.0", after=time.time() - 1) == 0


@pytest.mark.long
def test_a_standby_that_is_stopped_stands_and_its_window_goes_on(stage: Stage) -> None:
    stage.stop_in("Standby", "Soak")
    promoted = stage.upload("3.4.0")
    assert stage.ended("Workflow", promoted)["status"] == "SUCCEEDED"
    assert stage.ended("Standby", promoted)["status"] == "ABORTED"

    followed = stage.ended("Standby", stage.guardian(promoted), SOON_SECONDS)

    assert followed["status"] == "SUCCEEDED"
    assert json.loads(followed["output"])["version"] == "3.4.0"
    record = stage.record(promoted)
    assert (record["ending"], record["standby_ending"]) == ("DeploymentPromoted", "StandbyRetired")
    given = json.loads(followed["input"])
    assert (
        given["promoted_at"]
        == stage.item({"pk": "SERVICE#shop", "sk": "PRODUCTION"})["promoted_at"]
    )
    assert stage.is_whole_and_free()
    assert stage.traffic.answers().requests_to("3.4.0", after=time.time() - 1) > 0
