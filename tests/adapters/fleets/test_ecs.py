"""ECS services as fleets. The same claims hold for the fake."""

from dataclasses import replace
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tests.core.shop import BUNDLE_RELEASE, registration
from tests.fakes import EcsService, FakeEcsFleets
from viridian.adapters.clients import client
from viridian.adapters.fleets.ecs import EcsFleets
from viridian.adapters.fleets.task_definition import is_same, task_definition_of
from viridian.core.errors import FleetMissing, NotKnown
from viridian.core.fleet import Blueprint, Observation, TaskSize
from viridian.core.service.registration import Fleet

TAGS = [{"key": "team", "value": "shop"}]


def container(version: str) -> dict[str, Any]:
    variables = {
        "KEPT": version,
        "RELEASE_VERSION": version,
        "VIRIDIAN_BUNDLE": "s3://artifacts/old",
    }
    environment = [{"name": name, "value": value} for name, value in variables.items()]
    return {"name": "app", "image": "runtime", "essential": True, "environment": environment}


PLACE = {
    "subnets": ["subnet-1", "subnet-2"],
    "securityGroups": ["sg-1"],
    "assignPublicIp": "DISABLED",
}
HERE = registration().green.fleet.network
TEMPLATE: dict[str, Any] = {
    "family": "template",
    "cpu": "512",
    "memory": "1024",
    "containerDefinitions": [container("0")],
    "tags": TAGS,
}


class AwsStand:
    """A cluster with a blue service of three tasks and a green one at rest."""

    def __init__(self) -> None:
        self.ecs = boto3.client("ecs")
        cluster = self.ecs.create_cluster(clusterName="shop")["cluster"]["clusterArn"]
        self.fleets = EcsFleets(self.ecs, partial(boto3.client, "logs"))
        self.blue = Fleet("ecs", self._service(cluster, "blue", "1.0.0", 3), HERE)
        self.green = Fleet("ecs", self._service(cluster, "green", "0.9.0", 1), HERE)
        tags = [*TAGS, {"key": "aws:cloudformation:stack-name", "value": "Shop"}]
        made = self.ecs.register_task_definition(**TEMPLATE | {"tags": tags})
        self.template = made["taskDefinition"]["taskDefinitionArn"]

    def definition(self, fleet: Fleet) -> dict[str, Any]:
        return self.fleets._definition(self.fleets._service(fleet)["taskDefinition"])

    def template_definition(self) -> dict[str, Any]:
        return self.fleets._definition(self.template)

    def registered(self) -> int:
        families = self.ecs.list_task_definitions()["taskDefinitionArns"]
        return len(families) - 3

    def _service(self, cluster: str, colour: str, version: str, size: int) -> str:
        definition = self.ecs.register_task_definition(
            family=colour,
            containerDefinitions=[container(version)],
            cpu="256",
            memory="512",
        )
        service = self.ecs.create_service(
            cluster=cluster,
            serviceName=colour,
            taskDefinition=definition["taskDefinition"]["taskDefinitionArn"],
            desiredCount=size,
        )
        return str(service["service"]["serviceArn"])


class FakeStand:
    """The same services, in memory."""

    def __init__(self) -> None:
        self.blue, self.green = registration().blue.fleet, registration().green.fleet
        self.fleets = FakeEcsFleets(
            {
                self.blue.arn: self._service("blue", "1.0.0", 3),
                self.green.arn: self._service("green", "0.9.0", 1),
            }
        )
        self.template = "arn:template:1"
        self.fleets.templates[self.template] = TEMPLATE

    def definition(self, fleet: Fleet) -> dict[str, Any]:
        return self.fleets.services[fleet.arn].definition

    def template_definition(self) -> dict[str, Any]:
        return TEMPLATE

    def registered(self) -> int:
        return len(self.fleets.registered)

    def _service(self, colour: str, version: str, size: int) -> EcsService:
        definition = {
            "taskDefinitionArn": f"arn:{colour}:1",
            "family": colour,
            "cpu": "256",
            "memory": "512",
            "containerDefinitions": [container(version)],
        }
        return EcsService(definition, size, size)


Stand = AwsStand | FakeStand


@pytest.fixture(params=[AwsStand, FakeStand], ids=["aws", "fake"])
def stand(request: pytest.FixtureRequest, aws: None) -> Stand:
    made: Stand = request.param()
    return made


def prepare(stand: Stand) -> str:
    blueprint = Blueprint(stand.template)
    return stand.fleets.prepare(stand.green, BUNDLE_RELEASE, blueprint, size=3, grace=60)


def test_the_candidate_runs_the_release_on_the_template_at_the_size_asked_for(
    stand: Stand,
) -> None:
    arn = prepare(stand)

    size, found = stand.fleets.observe(stand.green).desired, stand.definition(stand.green)
    assert (found["taskDefinitionArn"], size) == (arn, 3)
    assert is_same(found, task_definition_of(BUNDLE_RELEASE, stand.template_definition(), "green"))


def update_of(fleet: Fleet, **members: Any) -> dict[str, Any]:
    """What ECS is asked for when a fleet is prepared."""
    return {
        "cluster": "shop",
        "service": fleet.arn,
        "taskDefinition": "arn:2",
        "desiredCount": 3,
        "healthCheckGracePeriodSeconds": 60,
        **members,
    }


def test_the_candidate_moves_to_the_network_that_is_wanted_and_only_if_it_is_another(
    aws: None,
) -> None:
    ecs, fleet = client("ecs"), registration().green.fleet
    wanted = PLACE
    there = {**wanted, "subnets": ["subnet-2", "subnet-1"]}
    for found, is_moved in ((there, False), ({**there, "securityGroups": ["sg-0"]}, True)):
        service = {
            "status": "ACTIVE",
            "deployments": [{"status": "PRIMARY"}],
            "taskDefinition": "arn:1",
            "networkConfiguration": {"awsvpcConfiguration": found},
        }
        moved = {"networkConfiguration": {"awsvpcConfiguration": wanted}} if is_moved else {}
        change = update_of(fleet, forceNewDeployment=False, **moved)
        with Stubber(ecs) as stub:
            stub.add_response("describe_services", {"services": [service]})
            stub.add_response("update_service", {}, change)
            ran = Blueprint("arn:template:1", "arn:2")
            EcsFleets(ecs, lambda: None).prepare(fleet, BUNDLE_RELEASE, ran, size=3, grace=60)
            stub.assert_no_pending_responses()


def test_it_is_told_how_and_where_a_fleet_runs_in_whatever_order_ecs_names_it(aws: None) -> None:
    ecs, fleet = client("ecs"), registration().green.fleet
    service = {
        "status": "ACTIVE",
        "deployments": [{"status": "PRIMARY", "taskDefinition": "arn:1"}],
        "runningCount": 1,
        "desiredCount": 1,
        "launchType": "FARGATE",
        "platformVersion": "LATEST",
        "networkConfiguration": {
            "awsvpcConfiguration": {**PLACE, "subnets": ["subnet-2", "subnet-1"]}
        },
    }
    spot = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    mixed = {"capacityProviderStrategy": spot}
    del (others := dict(service))["launchType"]
    with Stubber(ecs) as stub:
        stub.add_response("describe_services", {"services": [service]})
        stub.add_response("describe_services", {"services": [{**others, **mixed}]})
        told, of_spot = (EcsFleets(ecs, lambda: None).observe(fleet).told for _ in range(2))

    assert told == {
        "network": {
            "subnets": "subnet-1, subnet-2",
            "securityGroups": "sg-1",
            "assignPublicIp": "DISABLED",
        },
        "platform_version": {"platformVersion": "LATEST"},
        "launch_type": {"launchType": "FARGATE", "capacityProviderStrategy": "[]"},
    }
    assert "FARGATE_SPOT" in of_spot["launch_type"]["capacityProviderStrategy"]
    assert (
        FakeEcsFleets({fleet.arn: EcsService({"taskDefinitionArn": "arn:1"}, 1, 1)})
        .observe(fleet)
        .told.keys()
        == told.keys()
    )


@pytest.mark.parametrize(
    ("runs", "platform"),
    [
        ({}, "linux/amd64"),
        ({"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}, "linux/arm64"),
        ({"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}, "windows/amd64"),
    ],
)
def test_the_platform_of_a_task_is_told_as_images_spell_it(
    aws: None, runs: dict[str, str], platform: str
) -> None:
    stand = AwsStand()
    made = stand.ecs.register_task_definition(**TEMPLATE, runtimePlatform=runs)
    arn = made["taskDefinition"]["taskDefinitionArn"]

    assert stand.fleets.platform(Blueprint(arn)) == platform
    assert stand.fleets.platform(Blueprint(stand.template, arn)) == platform


def test_the_size_of_a_task_is_the_release_s_or_the_template_s_on_fargate_alone(
    aws: None,
) -> None:
    stand = AwsStand()
    found = dict(stand.fleets._service(stand.green), launchType="FARGATE")
    larger, blueprint = replace(BUNDLE_RELEASE, cpu=2048, memory=4096), Blueprint(stand.template)
    ecs = client("ecs")
    definition = {"taskDefinition": {"cpu": "512", "memory": "1024"}}
    with Stubber(ecs) as stub:
        stub.add_response("describe_services", {"services": [found]})
        stub.add_response("describe_task_definition", definition)
        stub.add_response("describe_services", {"services": [found]})
        fleets = EcsFleets(ecs, lambda: None)

        assert fleets.task_size(stand.green, BUNDLE_RELEASE, blueprint) == TaskSize(0.5, 1)
        assert fleets.task_size(stand.green, larger, blueprint) == TaskSize(2, 4)
    with pytest.raises(NotKnown, match="does not run on Fargate on demand alone"):
        stand.fleets.task_size(stand.green, BUNDLE_RELEASE, blueprint)


def test_what_ran_before_runs_again_as_the_very_same_revision(stand: Stand) -> None:
    arn, found = prepare(stand), stand.definition(stand.green)
    newer = replace(BUNDLE_RELEASE, version="1.2.0")
    stand.fleets.prepare(stand.green, newer, Blueprint(stand.template), size=3, grace=60)

    ran = Blueprint(stand.template, arn)
    assert stand.fleets.prepare(stand.green, BUNDLE_RELEASE, ran, size=3, grace=60) == arn
    assert stand.definition(stand.green) == found
    assert stand.registered() == 2


def test_the_release_has_the_tags_of_the_template_but_those_that_aws_gave(stand: Stand) -> None:
    prepare(stand)

    assert stand.definition(stand.green)["tags"] == TAGS


def test_live_is_not_touched(stand: Stand) -> None:
    before = stand.definition(stand.blue), stand.fleets.observe(stand.blue)

    prepare(stand)

    assert (stand.definition(stand.blue), stand.fleets.observe(stand.blue)) == before


def test_asked_twice_it_registers_once(stand: Stand) -> None:
    assert prepare(stand) == prepare(stand)
    assert stand.registered() == 1


@pytest.mark.parametrize(("failed", "is_forced"), [(0, False), (1, True)])
def test_what_crashed_before_is_started_anew_with_the_grace(failed: int, is_forced: bool) -> None:
    ecs, fleet = client("ecs"), registration().green.fleet
    primary = {"status": "PRIMARY", "taskDefinition": "arn:1", "failedTasks": failed}
    service = {
        "status": "ACTIVE",
        "deployments": [primary],
        "taskDefinition": "arn:1",
        "networkConfiguration": {"awsvpcConfiguration": PLACE},
    }
    definition = {"family": "green", "containerDefinitions": [container("1.0.0")]}
    change = update_of(fleet, forceNewDeployment=is_forced)
    with Stubber(ecs) as stub:
        stub.add_response("describe_services", {"services": [service]})
        for _ in range(2):
            stub.add_response("describe_task_definition", {"taskDefinition": definition})
        registered = {"taskDefinition": {"taskDefinitionArn": "arn:2"}}
        stub.add_response("register_task_definition", registered)
        stub.add_response("update_service", {}, change)

        fleets = EcsFleets(ecs, lambda: None)
        fleets.prepare(fleet, BUNDLE_RELEASE, Blueprint("arn:template:1"), size=3, grace=60)

        stub.assert_no_pending_responses()


def test_a_candidate_that_is_tried_again_starts_without_failures() -> None:
    stand = FakeStand()
    stand.fleets.services[stand.green.arn].failed = 3

    prepare(stand)

    assert stand.fleets.observe(stand.green).failed == 0


def test_a_candidate_whose_tasks_were_not_stopped_has_no_trouble(stand: Stand) -> None:
    assert stand.fleets.troubles(stand.green) == ("none of its tasks was stopped",)


def test_troubles_that_cannot_be_read_are_told_and_fail_nothing(stand: Stand) -> None:
    [told] = stand.fleets.troubles(replace(stand.green, arn=f"{stand.green.arn}-gone"))

    assert told.startswith("what ended its tasks could not be read: ")


def test_a_resize_changes_the_size_alone(stand: Stand) -> None:
    before = stand.definition(stand.green)

    stand.fleets.resize(stand.green, 0)

    assert stand.fleets.observe(stand.green).desired == 0
    assert stand.definition(stand.green) == before


def test_a_side_that_rests_may_be_given_what_the_other_runs(stand: Stand) -> None:
    revision = stand.fleets.observe(stand.blue).revision

    stand.fleets.resize(stand.green, 1, revision=revision)

    assert stand.definition(stand.green) == stand.definition(stand.blue)
    assert stand.fleets.observe(stand.green).desired == 1


def test_a_service_that_is_not_there_is_named(stand: Stand) -> None:
    gone = replace(stand.green, arn=f"{stand.green.arn}-gone")

    with pytest.raises(FleetMissing, match="-gone: no active ECS service"):
        stand.fleets.observe(gone)


def test_a_deleted_service_is_not_taken_for_one_at_rest(aws: None) -> None:
    stand = AwsStand()
    stand.ecs.delete_service(cluster="shop", service=stand.green.arn, force=True)

    with pytest.raises(FleetMissing, match="no active ECS service"):
        stand.fleets.observe(stand.green)


def test_a_rollout_is_that_of_the_newest_deployment() -> None:
    ecs, fleet = client("ecs"), registration().green.fleet
    deployments = [
        {"status": "ACTIVE", "taskDefinition": "arn:old", "failedTasks": 1},
        {"status": "PRIMARY", "taskDefinition": "arn:new", "failedTasks": 4},
    ]
    service = {
        "status": "ACTIVE",
        "deployments": deployments,
        "runningCount": 5,
        "desiredCount": 3,
    }
    with Stubber(ecs) as stub:
        stub.add_response("describe_services", {"services": [service]})

        assert replace(EcsFleets(ecs, lambda: None).observe(fleet), told={}) == Observation(
            "arn:new", rollouts=2, running=5, desired=3, failed=4
        )
