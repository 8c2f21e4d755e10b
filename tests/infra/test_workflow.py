"""The deployment machine as AWS gets it: whole text, every substitution, no data in its log."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.infra.conftest import PROJECT
from tests.infra.template import Assembly
from tests.infra.test_rights import STATE_FUNCTIONS
from viridian_cdk.machine import read_machine
from viridian_cdk.placeholders import PLACEHOLDER

VALIDATOR = PROJECT / "node_modules" / ".bin" / "asl-validator"


@pytest.fixture(scope="module")
def machine(assembly: Assembly) -> dict[str, Any]:
    [(_, machine)] = assembly.viridian.properties("StepFunctions::StateMachine").items()
    return machine


def test_the_definition_is_the_committed_one(machine: dict[str, Any]) -> None:
    assert json.loads(machine["DefinitionString"]) == read_machine()


def test_each_placeholder_is_a_version_of_the_function_of_that_name(
    assembly: Assembly, machine: dict[str, Any]
) -> None:
    substitutions = machine["DefinitionSubstitutions"]

    assert {name: assembly.spell(value) for name, value in substitutions.items()} == {
        f"{name}Arn": f"<Functions{name}FunctionCurrentVersion>" for name in STATE_FUNCTIONS
    } | {"TableName": "<StorageTable>"}
    assert set(PLACEHOLDER.findall(machine["DefinitionString"])) == set(substitutions)


def test_what_a_running_deployment_calls_is_kept(assembly: Assembly) -> None:
    """Its execution goes on with the versions of the definition that it began with."""
    versions = assembly.viridian.of_type("Lambda::Version")

    assert set(versions) == {f"Functions{name}FunctionCurrentVersion" for name in STATE_FUNCTIONS}
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
    calls = {
        PLACEHOLDER.findall(state["Arguments"]["FunctionName"])[0].removesuffix("Arn"): state
        for _, state in _tasks(json.loads(machine["DefinitionString"]))
        if "FunctionName" in state["Arguments"]
    }

    assert calls
    for name, state in calls.items():
        assert state["TimeoutSeconds"] == timeouts[name] + 5, name


def test_each_function_but_one_is_called_by_a_state_of_its_name(machine: dict[str, Any]) -> None:
    """RetireSide is called by RetireStandby and RetireCandidate."""
    called = {
        (name, PLACEHOLDER.findall(state["Arguments"]["FunctionName"])[0])
        for name, state in _tasks(json.loads(machine["DefinitionString"]))
        if "FunctionName" in state["Arguments"]
    }

    assert {(n, f"{n}Arn") for n in STATE_FUNCTIONS if n != "RetireSide"} <= called


def test_what_it_does_is_logged_without_the_tokens_it_hands_out(
    assembly: Assembly, machine: dict[str, Any]
) -> None:
    log = machine["LoggingConfiguration"]
    [destination] = log["Destinations"]
    [name] = {
        group["LogGroupName"]
        for group in assembly.viridian.properties("Logs::LogGroup").values()
        if "LogGroupName" in group
    }

    assert (log["Level"], log["IncludeExecutionData"]) == ("ALL", False)
    assert "<WorkflowLogs.Arn>" in assembly.spell(
        destination["CloudWatchLogsLogGroup"]["LogGroupArn"]
    )
    assert name.startswith("/aws/vendedlogs/states/")
    assert machine["TracingConfiguration"] == {"Enabled": True}


def test_it_keeps_its_history(machine: dict[str, Any]) -> None:
    """An express machine has none, ends after five minutes and cannot wait for a token."""
    assert machine.get("StateMachineType", "STANDARD") == "STANDARD"


@pytest.mark.skipif(not VALIDATOR.exists(), reason="npm's tools are not installed: make install")
def test_a_second_validator_accepts_it(machine: dict[str, Any], tmp_path: Path) -> None:
    text = tmp_path / "deploy.asl.json"
    text.write_text(machine["DefinitionString"])
    done = subprocess.run(
        [VALIDATOR, "--json-path", text], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def _tasks(machine: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for name, state in machine["States"].items():
        if state["Type"] == "Task":
            found.append((name, state))
        elif state["Type"] == "Map":
            found += _tasks(state["ItemProcessor"])
        elif state["Type"] == "Parallel":
            found += [task for branch in state["Branches"] for task in _tasks(branch)]
    return found
