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
    return assembly.shop.properties("ECS::Service")


@pytest.fixture(scope="module")
def container(assembly: Assembly) -> dict[str, Any]:
    [task] = assembly.shop.properties("ECS::TaskDefinition").values()
    [container] = task["ContainerDefinitions"]
    return dict(container)


def test_each_side_has_a_fleet_of_its_own(assembly: Assembly, services: Resources) -> None:
    found = {
        name: (
            assembly.spell(service["LoadBalancers"][0]["TargetGroupArn"]),
            service["DesiredCount"],
        )
        for name, service in services.items()
    }

    assert found == FLEETS


def test_a_roll_out_starts_new_tasks_before_it_stops_old_ones(services: Resources) -> None:
    for service in services.values():
        deployment = service["DeploymentConfiguration"]
        assert deployment["MinimumHealthyPercent"] == 100
        assert deployment["MaximumPercent"] == 200


def test_nobody_but_viridian_goes_back(services: Resources) -> None:
    for service in services.values():
        assert "DeploymentCircuitBreaker" not in service["DeploymentConfiguration"]
        assert "Alarms" not in service["DeploymentConfiguration"]
        assert service.get("DeploymentController", {"Type": "ECS"}) == {"Type": "ECS"}


def test_the_first_tasks_have_a_minute_to_start(services: Resources) -> None:
    assert {s["HealthCheckGracePeriodSeconds"] for s in services.values()} == {60}


def test_a_fleet_waits_for_its_target_group_to_be_in_a_rule_and_for_its_rights(
    assembly: Assembly,
) -> None:
    needed = {
        "ServiceRoutesProduction",
        "TaskTaskRoleDefaultPolicy",
        "TaskExecutionRoleDefaultPolicy",
    }
    for service in assembly.shop.of_type("ECS::Service").values():
        assert needed <= {assembly.spell({"Ref": i}).strip("<>") for i in service["DependsOn"]}


def test_tasks_reach_aws_by_their_own_address_not_through_a_gateway(
    assembly: Assembly, services: Resources
) -> None:
    assert not assembly.shop.of_type("EC2::NatGateway")
    for service in services.values():
        network = service["NetworkConfiguration"]["AwsvpcConfiguration"]
        assert network["AssignPublicIp"] == "ENABLED"
        assert [assembly.spell(group) for group in network["SecurityGroups"]] == [
            "<FrontWallsTaskGroup.GroupId>"
        ]


def test_a_task_is_told_its_version_and_its_ports(
    assembly: Assembly, container: dict[str, Any]
) -> None:
    environment = {e["Name"]: assembly.spell(e["Value"]) for e in container["Environment"]}

    assert environment == {
        "PORT": "8080",
        "RELEASE_VERSION": "1.0.0",
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
