"""Auto scaling while a release is deployed: the load doubles, both sides grow, no request fails."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from rehearsal.session import SHOP, Rehearsal
from rehearsal.traffic import Traffic
from tests.rehearsal.live_shop import eventually
from viridian_cli.deployment import COLOURS, Deployment, split
from viridian_cli.release import pack

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("scaling")]

SERVICE_FILE = Path(__file__).with_name("scaling.yaml")
LOAD_PER_SECOND = 35
"""Of which two tasks are asked less than 20 a second each; of twice as much three too many."""
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Stage:
    rehearsal: Rehearsal
    traffic: Traffic

    def sizes(self) -> dict[str, int]:
        """How many tasks are wanted, by colour."""
        ecs, registration = self.rehearsal.client("ecs"), self.rehearsal.registration()
        arns = {colour: registration[colour]["fleet"]["arn"] for colour in COLOURS}
        cluster = arns["blue"].split("/")[-2]
        found = ecs.describe_services(cluster=cluster, services=list(arns.values()))["services"]
        by_arn = {service["serviceArn"]: service["desiredCount"] for service in found}
        return {colour: by_arn[arn] for colour, arn in arns.items()}

    def bounds(self) -> dict[str, tuple[int, dict[str, bool]]]:
        """The least size, and what is suspended, by colour."""
        scaling = self.rehearsal.client("application-autoscaling")
        registration = self.rehearsal.registration()
        targets = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
        by_id = {t["ResourceId"]: (t["MinCapacity"], t["SuspendedState"]) for t in targets}
        arns = {colour: registration[colour]["fleet"]["arn"] for colour in COLOURS}
        return {colour: by_id[arn.rpartition(":")[2]] for colour, arn in arns.items()}

    def weights(self) -> dict[str, int]:
        return split(self.rehearsal.client("elbv2"), self.rehearsal.registration())

    def upload(self, version: str, **environment: str) -> Deployment:
        packed = pack(SHOP / "releases" / "1.1.0")
        manifest = {**packed.manifest, "version": version, "environment": environment}
        return self.rehearsal.upload(replace(packed, version=version, manifest=manifest))

    def standby(self, deployment: Deployment) -> dict[str, Any]:
        """The end of the execution that watched the promotion, nothing while it runs."""
        steps, machine = self.rehearsal.client("stepfunctions"), self.rehearsal.standby_machine
        name = f"{machine.replace(':stateMachine:', ':execution:')}:{deployment.id}"
        found: dict[str, Any] = steps.describe_execution(executionArn=name)
        return {} if found["status"] == "RUNNING" else found


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    folder = tmp_path / "rehearsal"
    with Rehearsal(folder, service_file=SERVICE_FILE) as rehearsal:
        url = f"{rehearsal.outputs.production_url}/"
        with Traffic(url, rate=LOAD_PER_SECOND, log=tmp_path / "load.csv") as traffic:
            yield Stage(rehearsal, traffic)


FREE = dict.fromkeys(
    (f"{what}Suspended" for what in ("DynamicScalingIn", "DynamicScalingOut", "ScheduledScaling")),
    False,
)
AT_REST = dict.fromkeys(FREE, True)
HELD = {**FREE, "DynamicScalingInSuspended": True, "ScheduledScalingSuspended": True}


def test_a_load_that_doubles_during_a_deployment_is_served_by_both_sides_and_no_request_fails(
    stage: Stage,
) -> None:
    assert stage.bounds() == {"blue": (2, FREE), "green": (1, AT_REST)}
    deployment = stage.upload("2.0.0")
    eventually(lambda: stage.weights()["green"] == 50, PATIENCE_SECONDS)
    assert stage.bounds() == {"blue": (2, HELD), "green": (2, HELD)}

    seen = [stage.sizes()]
    stage.traffic.change_rate(2 * LOAD_PER_SECOND)
    while not deployment.look().is_over:
        seen.append(stage.sizes())
    ending = deployment.ending(every_seconds=0.25, longest_seconds=PATIENCE_SECONDS)
    assert ending.states[-1] == "DeploymentPromoted"
    assert seen[-1]["blue"] >= 3, f"the way back is as large as what it would take: {seen}"
    eventually(lambda: stage.standby(deployment), PATIENCE_SECONDS)
    assert stage.traffic.answers().failed == 0

    assert all(b["blue"] >= a["blue"] for a, b in itertools.pairwise(seen)), seen
    assert stage.bounds() == {"blue": (1, AT_REST), "green": (2, FREE)}
    assert stage.sizes()["blue"] == 1
    assert stage.sizes()["green"] >= 3


def test_after_a_revert_live_is_free_again(stage: Stage) -> None:
    deployment = stage.upload("2.1.0", FAULT_PERCENT="30")

    ending = deployment.ending(every_seconds=0.25, longest_seconds=PATIENCE_SECONDS)

    assert ending.states[-1] == "DeploymentReverted"
    assert stage.bounds() == {"blue": (2, FREE), "green": (1, AT_REST)}
    assert stage.sizes() == {"blue": 2, "green": 1}
