"""The registration that the stack writes is one that the functions can read."""

import re
from importlib.metadata import version

import pytest

from tests.assemblies import PROJECT
from tests.infra.template import Assembly
from viridian.core.service.registration import Fleet, HookTarget, Network, Registration, Side
from viridian_cdk.service_file import read_service_file

ATTRIBUTES = {
    "DNSName": "shop.example",
    "LoadBalancerFullName": "app/shop/1",
    "GroupId": "sg-1",
}
NETWORK = Network(
    ("arn:NetworkPublicSubnet1Subnet", "arn:NetworkPublicSubnet2Subnet"), ("sg-1",), "ENABLED"
)
TARGET_GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/"
ECS_SERVICE = "arn:aws:ecs:us-east-1:123456789012:service/shop/"
TEMPLATE = "arn:aws:ecs:us-east-1:123456789012:task-definition/Task:1"
LOAD_TEST = "arn:aws:lambda:us-east-1:123456789012:function:viridian-hook-shop-load-test"
VALUES = {"ProductionPort": "80", "TestPort": "8080", "Task": TEMPLATE}


def deployed(reference: re.Match[str]) -> str:
    """What CloudFormation could put in the place of a reference."""
    name, _, attribute = reference[1].partition(".")
    if name == "LoadTest":
        return LOAD_TEST
    if name in ("ServiceRoutesBlue", "ServiceRoutesGreen"):
        return f"targetgroup/{name}/1" if reference[2] else f"{TARGET_GROUP}{name}/1"
    if attribute in ATTRIBUTES:
        return ATTRIBUTES[attribute].format(name=name)
    arn = ECS_SERVICE if name.endswith("FleetService") else "arn:"
    return VALUES.get(name, f"{arn}{name}")


@pytest.fixture(scope="module")
def registration(assembly: Assembly) -> Registration:
    [parameter] = assembly.shop.properties("SSM::Parameter").values()
    return Registration.from_json(
        re.sub(r"<([\w.]+)>('s name)?", deployed, assembly.spell(parameter["Value"]))
    )


def test_it_tells_where_the_service_is(registration: Registration) -> None:
    assert registration.service == "shop"
    assert registration.rule_arn == "arn:ServiceRoutesProduction"
    assert registration.production_url == "http://shop.example:80"
    assert registration.test_url == "http://shop.example:8080"
    assert registration.connect_to == "shop.example"
    assert registration.load_balancer == "app/shop/1"
    assert registration.template == TEMPLATE
    assert registration.hooks == (HookTarget("load-test", "function", LOAD_TEST),)


@pytest.mark.parametrize("colour", ["blue", "green"])
def test_each_side_has_its_own_of_everything(registration: Registration, colour: str) -> None:
    name = colour.capitalize()
    kinds = ("ErrorRate", "Latency", "UnhealthyHosts", "UnhealthyRouting")

    assert getattr(registration, colour) == Side(
        colour=colour,
        target_group_arn=f"{TARGET_GROUP}ServiceRoutes{name}/1",
        target_group=f"targetgroup/ServiceRoutes{name}/1",
        alarms=tuple(f"arn:Service{name}Alarms{kind}" for kind in kinds),
        fleet=Fleet("ecs", f"{ECS_SERVICE}Service{name}FleetService", NETWORK),
    )


def test_what_concerns_both_sides_is_shared(registration: Registration) -> None:
    assert registration.shared_alarms == ("arn:ServiceElb5xx",)


def test_the_settings_are_those_of_the_service_file(registration: Registration) -> None:
    written = read_service_file(PROJECT / "examples" / "shop" / "service.yaml")

    assert registration.settings == written


def test_it_stands_where_the_functions_look(assembly: Assembly) -> None:
    [parameter] = assembly.shop.properties("SSM::Parameter").values()

    assert (parameter["Name"], parameter["Type"]) == ("/viridian/services/shop", "String")
    assert parameter["Tier"] == "Intelligent-Tiering"


def test_the_outputs_are_what_a_person_needs_next(assembly: Assembly) -> None:
    outputs = {
        name: assembly.spell(output["Value"])
        for template in assembly.templates
        for name, output in template.body["Outputs"].items()
        if "Export" not in output
    }

    assert outputs == {
        "ArtifactBucketName": "<StorageArtifactBucket>",
        "TableName": "<StorageTable>",
        "StateMachineArn": "<WorkflowMachine>",
        "StandbyMachineArn": "<StandbyMachine>",
        "HookMachineArn": "<HookMachine>",
        "OperatorsTopicArn": "<OperatorsTopic>",
        "Version": version("viridian"),
        "ControlFunctionName": "<ControlsControlFunction>",
        "ApproveFunctionName": "<ControlsApproveFunction>",
        "PipelineJobFunctionName": "<PipelinesPipelineJobFunction>",
        "ProductionUrl": "http://<FrontLoadBalancer.DNSName>:<ProductionPort>",
        "TestUrl": "http://<FrontLoadBalancer.DNSName>:<TestPort>",
    }
