"""What runs behind the two target groups."""

from typing import Any

import pytest

from tests.infra.template import Assembly, Resources

FLEETS = {
    "ServiceBlueFleetService": ("<ServiceRoutesBlue>", 2),
    "ServiceGreenFleetService": ("<ServiceRoutesGreen>", 1),
}


@pytest.fixture(scope="module")
def services(assembly: Assembly) -> Resources:
    return assembly.owned("Fleet")


@pytest.fixture(scope="module")
def container(assembly: Assembly) -> dict[str, Any]:
    [task] = assembly.shop.properties("ECS::TaskDefinition").values()
    [container] = task["ContainerDefinitions"]
    return dict(container)


def test_each_side_has_a_fleet_of_its_own(services: Resources) -> None:
    found = {
        name: (service["loadBalancers"][0]["targetGroupArn"], service["desiredCount"])
        for name, service in services.items()
    }

    assert found == FLEETS


def test_the_first_tasks_are_made_from_the_template_which_runs_nowhere(
    assembly: Assembly, services: Resources
) -> None:
    for service in services.values():
        assert (service["template"], service["version"]) == ("<Task>", "1.0.0")
        assert service["family"] == "viridian-shop"
    [template] = assembly.shop.properties("ECS::TaskDefinition").values()
    assert template["Family"] != "viridian-shop"
    assert not assembly.shop.of_type("ECS::Service")


def test_a_roll_out_starts_new_tasks_before_it_stops_old_ones_and_nobody_else_goes_back(
    services: Resources,
) -> None:
    for service in services.values():
        assert service["deploymentConfiguration"] == {
            "minimumHealthyPercent": 100,
            "maximumPercent": 200,
        }
        assert "deploymentController" not in service


def test_the_first_tasks_have_a_minute_to_start(services: Resources) -> None:
    assert {s["healthCheckGracePeriodSeconds"] for s in services.values()} == {60}


def test_a_fleet_waits_for_its_target_group_to_be_in_a_rule_and_for_its_rights(
    assembly: Assembly,
) -> None:
    needed = {
        "ServiceRoutesProduction",
        "TaskTaskRoleDefaultPolicy",
        "TaskExecutionRoleDefaultPolicy",
    }
    fleets = {i: r for i, r in assembly.shop.resources.items() if "Fleet" in r["Type"]}
    assert len(fleets) == 2
    for fleet in fleets.values():
        assert needed <= {assembly.spell({"Ref": i}).strip("<>") for i in fleet["DependsOn"]}


def test_tasks_reach_aws_by_their_own_address_not_through_a_gateway(
    assembly: Assembly, services: Resources
) -> None:
    assert not assembly.shop.of_type("EC2::NatGateway")
    for service in services.values():
        assert service["networkConfiguration"]["awsvpcConfiguration"] == {
            "subnets": ["<NetworkPublicSubnet1Subnet>", "<NetworkPublicSubnet2Subnet>"],
            "securityGroups": ["<FrontWallsTaskGroup.GroupId>"],
            "assignPublicIp": "ENABLED",
        }


def test_a_task_is_told_its_ports(assembly: Assembly, container: dict[str, Any]) -> None:
    environment = {e["Name"]: assembly.spell(e["Value"]) for e in container["Environment"]}

    assert environment == {
        "PORT": "8080",
        "PRODUCTION_PORT": "<ProductionPort>",
    }
    assert [mapping["ContainerPort"] for mapping in container["PortMappings"]] == [8080]


def test_a_task_hears_that_it_is_to_stop_and_has_time_to(container: dict[str, Any]) -> None:
    assert container["LinuxParameters"]["InitProcessEnabled"] is True
    assert container["StopTimeout"] == 30


def test_the_first_image_is_given_by_digest(assembly: Assembly) -> None:
    image = assembly.shop.body["Parameters"]["Image"]

    assert "Default" not in image
    assert image["AllowedPattern"] == r"[^@\s]+@sha256:[0-9a-f]{64}"


def test_ports_can_be_chosen(assembly: Assembly) -> None:
    parameters = assembly.shop.body["Parameters"]

    assert {n: parameters[n]["Default"] for n in ("ProductionPort", "TestPort")} == {
        "ProductionPort": 80,
        "TestPort": 8080,
    }
