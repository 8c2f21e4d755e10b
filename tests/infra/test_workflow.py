"""The machines as AWS gets them: whole text, every substitution, no data in their logs."""

import json
from typing import Any

import pytest

from tests.infra.template import Assembly
from tests.infra.test_rights import STATE_FUNCTIONS
from viridian_cdk.machine import read_machine
from viridian_cdk.placeholders import PLACEHOLDER

OWN = {
    "TableName": "<StorageTable>",
    "ArtifactBucketName": "<StorageArtifactBucket>",
    "OperatorsTopicArn": "<OperatorsTopic>",
    "StandbyMachineArn": "<StandbyMachine>",
}


@pytest.fixture(scope="module")
def machines(assembly: Assembly) -> dict[str, dict[str, Any]]:
    return assembly.viridian.properties("StepFunctions::StateMachine")


@pytest.fixture(scope="module", params=["Workflow", "Standby"])
def machine(request: pytest.FixtureRequest, machines: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return machines[f"{request.param}Machine"]


@pytest.mark.parametrize(
    ("id", "name"), [("Workflow", "deploy"), ("Standby", "standby"), ("Hook", "hook")]
)
def test_a_definition_is_the_committed_one(
    machines: dict[str, dict[str, Any]], id: str, name: str
) -> None:
    assert json.loads(machines[f"{id}Machine"]["DefinitionString"]) == read_machine(name)


def test_each_placeholder_is_a_version_of_the_function_of_that_name_or_our_own(
    assembly: Assembly, machine: dict[str, Any]
) -> None:
    substitutions = machine["DefinitionSubstitutions"]
    functions = {
        f"{name}Arn": f"<Functions{name}FunctionCurrentVersion>" for name in STATE_FUNCTIONS
    }

    assert {name: assembly.spell(value) for name, value in substitutions.items()} == {
        name: (functions | OWN)[name] for name in substitutions
    }
    assert set(PLACEHOLDER.findall(machine["DefinitionString"])) == set(substitutions)


def test_what_a_running_deployment_calls_is_kept(assembly: Assembly) -> None:
    """Its execution goes on with the versions of the definition that it began with."""
    versions = assembly.viridian.of_type("Lambda::Version")

    assert set(versions) == {
        *(f"Functions{name}FunctionCurrentVersion" for name in STATE_FUNCTIONS),
        "HooksTakeAnswerFunctionCurrentVersion",
    }
    for version in versions.values():
        assert (version["DeletionPolicy"], version["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_a_function_is_over_before_its_state_gives_up(
    assembly: Assembly, machine: dict[str, Any]
) -> None:
    """One that still ran could write the rule after the restore."""
    timeouts = {
        name.removeprefix("Functions").removesuffix("Function"): function["Timeout"]
        for name, function in assembly.viridian.properties("Lambda::Function").items()
    }

    assert calls(machine)
    for name, function, state in calls(machine):
        assert state["TimeoutSeconds"] == timeouts[function] + 15, name


def test_each_function_but_one_is_called_by_a_state_of_its_name(
    machines: dict[str, dict[str, Any]],
) -> None:
    """RetireSide is called by RetireStandby and RetireCandidate."""
    called = {(name, function) for m in machines.values() for name, function, _ in calls(m)}

    assert {(name, name) for name in STATE_FUNCTIONS if name != "RetireSide"} <= called


def test_what_it_does_is_logged_without_the_tokens_it_hands_out(
    assembly: Assembly, machine: dict[str, Any]
) -> None:
    log = machine["LoggingConfiguration"]
    [destination] = log["Destinations"]
    groups = assembly.viridian.properties("Logs::LogGroup")
    arn = assembly.spell(destination["CloudWatchLogsLogGroup"]["LogGroupArn"])
    name = groups[arn.strip("<>").removesuffix(".Arn")]["LogGroupName"]

    assert (log["Level"], log["IncludeExecutionData"]) == ("ALL", False)
    assert name.startswith("/aws/vendedlogs/states/")
    assert machine["TracingConfiguration"] == {"Enabled": True}


def test_it_keeps_its_history(machine: dict[str, Any]) -> None:
    """An express machine has none, ends after five minutes and cannot wait for a token."""
    assert machine.get("StateMachineType", "STANDARD") == "STANDARD"


def calls(machine: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """The states that call a function: name, function, and all of it."""
    states = json.loads(machine["DefinitionString"])["States"]
    return [
        (
            name,
            PLACEHOLDER.findall(state["Arguments"]["FunctionName"])[0].removesuffix("Arn"),
            state,
        )
        for name, state in states.items()
        if PLACEHOLDER.search(state.get("Arguments", {}).get("FunctionName", ""))
    ]
