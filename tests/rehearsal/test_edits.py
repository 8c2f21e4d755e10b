"""Promise 9: no edit of a service's stack moves live traffic, replaces a task or changes a size.

Each edit is deployed twice: at rest with green live, and taken back in the middle of a step at
50/50. What was edited arrives with the deployment between.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from rehearsal.assembly import Assembly, DeployFailed
from rehearsal.session import SHOP, Rehearsal
from rehearsal.traffic import Traffic
from tests.assemblies import EDITS, PORT, REHEARSED, Assemblies
from tests.rehearsal.live_shop import eventually, live_shop
from viridian_cli.deployment import COLOURS, Deployment, split
from viridian_cli.release import pack

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("edits")]

PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Standing:
    """What no edit may change of a side."""

    weight: int
    tasks: frozenset[str]
    definition: str
    desired: int
    health_check: str
    network: str


class Stage:
    """The shop under traffic; its stack is deployed again and again."""

    def __init__(self, rehearsal: Rehearsal, traffic: Traffic, assemblies: Assemblies) -> None:
        self.rehearsal, self.traffic, self._assemblies = rehearsal, traffic, assemblies

    def upload(self, version: str) -> Deployment:
        packed = pack(SHOP / "releases" / "1.1.0")
        manifest = {**packed.manifest, "version": version}
        return self.rehearsal.upload(replace(packed, version=version, manifest=manifest))

    def promote(self, version: str) -> None:
        deployment = self.upload(version)
        ending = deployment.ending(every_seconds=0.25, longest_seconds=PATIENCE_SECONDS)
        assert ending.states[-1] == "DeploymentPromoted"
        eventually(lambda: self._is_retired(deployment.id), PATIENCE_SECONDS)

    def deploy(self, assembly: str) -> None:
        """The shop's stack as it is in that assembly."""
        self.rehearsal.update(Assembly.at(self._assemblies.at(assembly)), "Shop")

    def standing(self) -> dict[str, Standing]:
        """Both sides, by colour."""
        registration = self.rehearsal.registration()
        weights = split(self.rehearsal.client("elbv2"), registration)
        return {colour: self._side(registration[colour], weights[colour]) for colour in COLOURS}

    def service(self, colour: str) -> dict[str, Any]:
        arn = self.rehearsal.registration()[colour]["fleet"]["arn"]
        ecs = self.rehearsal.client("ecs")
        found = ecs.describe_services(cluster=arn.split("/")[-2], services=[arn])["services"]
        return dict(found[0])

    def definition(self, colour: str) -> dict[str, Any]:
        ecs, arn = self.rehearsal.client("ecs"), self.service(colour)["taskDefinition"]
        return dict(ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"])

    def failed(self) -> int:
        return self.traffic.answers().failed

    def _side(self, side: dict[str, Any], weight: int) -> Standing:
        service = self.service(side["colour"])
        tasks = self.rehearsal.client("ecs").list_tasks(
            cluster=service["clusterArn"], serviceName=service["serviceName"]
        )
        groups = self.rehearsal.client("elbv2").describe_target_groups(
            TargetGroupArns=[side["target_group_arn"]]
        )
        return Standing(
            weight=weight,
            tasks=frozenset(tasks["taskArns"]),
            definition=service["taskDefinition"],
            desired=service["desiredCount"],
            health_check=groups["TargetGroups"][0]["HealthCheckPath"],
            network=json.dumps(service["networkConfiguration"], sort_keys=True),
        )

    def _is_retired(self, name: str) -> bool:
        states = self.rehearsal.client("stepfunctions")
        arn = self.rehearsal.standby_machine.replace(":stateMachine:", ":execution:")
        found = states.describe_execution(executionArn=f"{arn}:{name}")
        return bool(found["status"] == "SUCCEEDED")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, assemblies: Assemblies) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("edits")
    with live_shop(folder, assemblies.at(REHEARSED)) as (rehearsal, traffic):
        yield Stage(rehearsal, traffic, assemblies)


def test_an_edit_changes_nothing_that_runs_and_arrives_with_the_next_deployment(
    stage: Stage,
) -> None:
    stage.promote("2.0.0")
    at_rest = stage.standing()
    assert (at_rest["green"].weight, at_rest["green"].desired) == (100, 2)
    for edit in EDITS:
        stage.deploy(edit)
        assert stage.standing() == at_rest, edit

    machine = stage.rehearsal.outputs.state_machine_arn
    held = stage.rehearsal.control.interfere(
        {"machine": machine, "state": "JudgeCandidate"}, "shop", "held"
    )
    deployment = stage.upload("2.1.0")
    eventually(lambda: stage.rehearsal.control.seen(held), PATIENCE_SECONDS)
    halfway = stage.standing()
    assert {side.weight for side in halfway.values()} == {50}
    assert halfway["green"] == replace(at_rest["green"], weight=50)
    assert_arrived(stage, "blue", halfway["blue"])

    for edit in [*reversed(EDITS[:-1]), REHEARSED]:
        stage.deploy(edit)
        assert stage.standing() == halfway, edit

    stage.rehearsal.control.let_go(held)
    ending = deployment.ending(every_seconds=0.25, longest_seconds=PATIENCE_SECONDS)
    assert ending.states[-1] == "DeploymentPromoted"
    assert stage.failed() == 0


def assert_arrived(stage: Stage, colour: str, standing: Standing) -> None:
    """All edits, on the side that was prepared after them."""
    definition = stage.definition(colour)
    app, agent = definition["containerDefinitions"]
    assert (definition["cpu"], definition["memory"]) == ("512", "1024")
    assert {"name": "GREETING", "value": "hello"} in app["environment"]
    assert [secret["name"] for secret in app["secrets"]] == ["KEY"]
    assert agent["name"] == "agent"
    assert standing.health_check == "/"
    assert "DISABLED" in standing.network


def test_a_port_cannot_be_edited_and_the_refusal_says_what_to_do(stage: Stage) -> None:
    before = stage.standing()

    with pytest.raises(DeployFailed, match="Port: is 8080 for the TargetGroup's life"):
        stage.deploy(PORT)

    assert stage.standing() == before
    assert stage.failed() == 0
