"""Promise 9: no edit of a service's stack moves live traffic, replaces a task or changes a size.

Each edit is deployed twice: at rest with green live, and taken back in the middle of a step at
50/50. What was edited arrives with the deployment between.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from rehearsal.assembly import Assembly, DeployFailed
from rehearsal.images import pack_with_command, push_image
from rehearsal.session import SHOP, Rehearsal
from rehearsal.traffic import Traffic
from tests.assemblies import EDITS, PORT, REHEARSED, RENEWED, Assemblies
from tests.rehearsal.live_shop import eventually, live_shop
from viridian_cli.deployment import COLOURS, Deployment, split
from viridian_cli.release import pack

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("edits")]

PATIENCE_SECONDS = 120.0
VERSION = "RELEASE_VERSION"


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

    def deploy(self, assembly: str, **parameters: str) -> None:
        """The shop's stack as it is in that assembly."""
        self.rehearsal.update(Assembly.at(self._assemblies.at(assembly)), "Shop", **parameters)

    def image(self, version: str) -> str:
        """A release as a container image."""
        packed = pack_with_command(SHOP / "releases" / version)
        return push_image(self.rehearsal.client("s3"), packed)

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

    def teams(self) -> set[str]:
        """The values of the tag of that name on all that is Viridian's, if each has it."""
        registration = self.rehearsal.registration()
        sides = [registration[colour] for colour in COLOURS]
        parts = [registration["rule_arn"], *(side["target_group_arn"] for side in sides)]
        elbv2 = self.rehearsal.client("elbv2")
        found = elbv2.describe_tags(ResourceArns=parts)["TagDescriptions"]
        tags = [{tag["Key"]: tag["Value"] for tag in each["Tags"]} for each in found]
        for side in sides:
            answer = self.rehearsal.client("ecs").list_tags_for_resource(
                resourceArn=side["fleet"]["arn"]
            )
            tags.append({tag["key"]: tag["value"] for tag in answer["tags"]})
        assert len({each.get("team") for each in tags}) == 1, tags
        return {each["team"] for each in tags if "team" in each}

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

    def started(self, prefix: str) -> str | None:
        """The newest deployment whose name begins so."""
        answer = self.rehearsal.client("stepfunctions").list_executions(
            stateMachineArn=self.rehearsal.outputs.state_machine_arn
        )
        names = [str(each["name"]) for each in answer["executions"]]
        return next((name for name in names if name.startswith(prefix)), None)

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
    assert stage.teams() == {"orders"}
    stage.deploy(EDITS[-1], Image=stage.image("1.1.0"))
    assert stage.standing() == at_rest, "the image"

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
        stage.deploy(edit, Image=stage.image("1.0.0"))
        assert stage.standing() == halfway, edit

    assert stage.teams() == set()
    stage.rehearsal.control.let_go(held)
    ending = deployment.ending(every_seconds=0.25, longest_seconds=PATIENCE_SECONDS)
    assert ending.states[-1] == "DeploymentPromoted"
    assert stage.failed() == 0


def assert_arrived(stage: Stage, colour: str, standing: Standing) -> None:
    """All edits, on the side that was prepared after them."""
    definition = stage.definition(colour)
    app, agent = definition["containerDefinitions"]
    assert app["image"] == stage.image("1.1.0")
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


def test_a_template_that_was_edited_is_deployed_by_itself_where_the_service_asks_for_it(
    stage: Stage,
) -> None:
    [live] = [colour for colour, side in stage.standing().items() if side.weight]
    before = stage.definition(live)

    stage.deploy(RENEWED)

    name = eventually(lambda: stage.started("shop-template-"), PATIENCE_SECONDS)
    deployment = stage.rehearsal.deployment(name)
    ending = deployment.ending(every_seconds=0.25, longest_seconds=PATIENCE_SECONDS)
    assert ending.states[-1] == "DeploymentPromoted"
    [promoted] = [colour for colour, side in stage.standing().items() if side.weight]
    found = stage.definition(promoted)
    assert promoted != live
    assert [app_of(each)[VERSION] for each in (before, found)] == ["2.1.0", "2.1.0"]
    assert ["GREETING" in app_of(each) for each in (before, found)] == [True, False]
    assert stage.failed() == 0


def app_of(definition: dict[str, Any]) -> dict[str, str]:
    """The application's variables, by name."""
    variables = definition["containerDefinitions"][0]["environment"]
    return {variable["name"]: variable["value"] for variable in variables}


def plain(registration: dict[str, Any], cpu: str, path: str) -> str:
    """A rule and an ECS service as a stack's own resources; the same for every `cpu` and `path`."""
    weighted = [
        {"TargetGroupArn": registration[colour]["target_group_arn"], "Weight": weight}
        for colour, weight in (("blue", 100), ("green", 0))
    ]
    properties = {
        "AWS::ElasticLoadBalancingV2::ListenerRule": {
            "ListenerArn": registration["rule_arn"].replace("-rule/", "/").rpartition("/")[0],
            "Priority": 99,
            "Conditions": [{"Field": "path-pattern", "Values": [path]}],
            "Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": weighted}}],
        },
        "AWS::ECS::TaskDefinition": {
            "Family": "plain",
            "Cpu": cpu,
            "Memory": "1024",
            "ContainerDefinitions": [{"Name": "app", "Image": "app"}],
        },
        "AWS::ECS::Service": {
            "Cluster": registration["blue"]["fleet"]["arn"].split("/")[-2],
            "TaskDefinition": {"Ref": "TaskDefinition"},
            "DesiredCount": 0,
        },
    }
    resources = {
        kind.rpartition(":")[2]: {"Type": kind, "Properties": found}
        for kind, found in properties.items()
    }
    return json.dumps({"Resources": resources})


def test_a_stack_s_own_rule_and_service_would_have_been_written_again(stage: Stage) -> None:
    registration = stage.rehearsal.registration()
    clients = ("cloudformation", "elbv2", "ecs")
    cloudformation, elbv2, ecs = (stage.rehearsal.client(name) for name in clients)

    def done(call: Callable[..., Any], cpu: str, path: str) -> dict[str, str]:
        call(StackName="Plain", TemplateBody=plain(registration, cpu, path))
        eventually(
            lambda: (
                cloudformation.describe_stacks(StackName="Plain")["Stacks"][0]["StackStatus"]
                in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
            ),
            PATIENCE_SECONDS,
        )
        found = cloudformation.describe_stack_resources(StackName="Plain")["StackResources"]
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found}

    made = done(cloudformation.create_stack, "256", "/plain")
    [rule] = elbv2.describe_rules(RuleArns=[made["ListenerRule"]])["Rules"]
    released = stage.service("green")["taskDefinition"]
    for group in rule["Actions"][0]["ForwardConfig"]["TargetGroups"]:
        group["Weight"] = 100 - group["Weight"]
    elbv2.modify_rule(RuleArn=made["ListenerRule"], Actions=rule["Actions"])
    service = {"cluster": registration["blue"]["fleet"]["arn"].split("/")[-2]}
    ecs.update_service(**service, service=made["Service"], taskDefinition=released)

    done(cloudformation.update_stack, "512", "/plainer")

    [rule] = elbv2.describe_rules(RuleArns=[made["ListenerRule"]])["Rules"]
    groups = rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
    assert [group["Weight"] for group in groups] == [100, 0], "live is what it was at first"
    [found] = ecs.describe_services(**service, services=[made["Service"]])["services"]
    assert found["taskDefinition"] != released, "and runs what no release was"
