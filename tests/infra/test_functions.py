"""The functions' limits, surroundings and code."""

import json
import re

import pytest

from tests.assemblies import BARE, PROJECT, RESERVED, Assemblies
from tests.infra.template import Assembly, Resources
from tests.infra.test_rights import (
    APPROVE,
    CONTROL,
    EVENT_FUNCTIONS,
    ON_THE_WAY_BACK,
    PIPELINE_JOB,
    STATE_FUNCTIONS,
    TABLE,
    TAKE_ANSWER,
)

FUNCTIONS = PROJECT / "functions"
OTHERS = {
    "Control": CONTROL,
    "PipelineJob": PIPELINE_JOB,
    "Approve": APPROVE,
    "TakeAnswer": TAKE_ANSWER,
}
WITH_TABLE = [
    name
    for name, rights in (STATE_FUNCTIONS | EVENT_FUNCTIONS | OTHERS).items()
    if (TABLE,) in rights.values()
]
WHO_ASKS = [n for n, rights in STATE_FUNCTIONS.items() if ("<HookMachine>",) in rights.values()]


@pytest.fixture(scope="module")
def functions(assembly: Assembly) -> Resources:
    found = assembly.viridian.properties("Lambda::Function")
    return {name.removesuffix("Function"): function for name, function in found.items()}


def test_what_events_call_is_brief(functions: Resources) -> None:
    """The states' functions have theirs from the machine: see `test_workflow.py`."""
    limits = {name: f["Timeout"] for name, f in functions.items() if name.startswith("Events")}

    assert limits.pop("EventsGuardian") == 60, "of the minute until its next look"
    assert limits.pop("EventsRecordExported") == 60, "which nothing waits for"
    assert set(limits.values()) == {20}


def test_the_way_back_has_the_most_power(functions: Resources) -> None:
    memory = {name: f["MemorySize"] for name, f in functions.items()}

    assert memory.pop("FunctionsRestoreTraffic") == 1024
    assert set(memory.values()) == {512}


def test_nothing_is_reserved_unless_it_is_asked_for(assemblies: Assemblies) -> None:
    """A new account has nothing to reserve from: its first deployment would fail."""
    template = Assembly(assemblies.at(BARE)).viridian

    assert "ReservedConcurrentExecutions" not in json.dumps(template.body)


def test_what_is_reserved_is_for_all_that_begins_a_restore_and_all_that_it_calls(
    assemblies: Assemblies,
) -> None:
    template = Assembly(assemblies.at(RESERVED)).viridian
    reserved = {
        name.removesuffix("Function"): f["ReservedConcurrentExecutions"]
        for name, f in template.properties("Lambda::Function").items()
        if "ReservedConcurrentExecutions" in f
    }
    called = {f"Functions{name}" for name in ON_THE_WAY_BACK}
    beginning = {"EventsAlarmChanged", "EventsGuardian", "ControlsControl"}

    assert reserved == dict.fromkeys(called | beginning, 5)


def test_every_handler_file_is_a_function(functions: Resources) -> None:
    files = (FUNCTIONS / "viridian" / "handlers").rglob("*.py")
    modules = {
        ".".join(file.relative_to(FUNCTIONS).with_suffix("").parts)
        for file in files
        if "def handler(" in file.read_text()
    }

    assert {f["Handler"].removesuffix(".handler") for f in functions.values()} == modules


def test_all_run_the_same_code_where_it_was_made_for(functions: Resources) -> None:
    assert len({f["Code"]["S3Key"] for f in functions.values()}) == 1
    assert {(f["Runtime"], *f["Architectures"]) for f in functions.values()} == {
        ("python3.13", "arm64")
    }


def test_each_writes_to_a_log_group_of_its_own_that_forgets(
    assembly: Assembly, functions: Resources
) -> None:
    groups = {n: assembly.spell(f["LoggingConfig"]["LogGroup"]) for n, f in functions.items()}
    retention = assembly.viridian.properties("Logs::LogGroup")

    assert groups == {name: f"<{name}Logs>" for name in functions}
    assert {g["RetentionInDays"] for g in retention.values()} == {90}


def test_every_call_is_traced(functions: Resources) -> None:
    assert {f["TracingConfig"]["Mode"] for f in functions.values()} == {"Active"}


def test_each_finds_what_it_works_on_in_its_environment(
    assembly: Assembly, functions: Resources
) -> None:
    environments = {n: f["Environment"]["Variables"] for n, f in functions.items()}
    own = {
        (
            variable,
            assembly.spell(value),
            re.sub("^(Functions|Events|Controls|Pipelines|Hooks)", "", name),
        )
        for name, variables in environments.items()
        for variable, value in variables.items()
        if variable.startswith("VIRIDIAN_")
    }

    assert own == {("VIRIDIAN_TABLE", "<StorageTable>", name) for name in WITH_TABLE} | {
        ("VIRIDIAN_ARTIFACT_BUCKET", "<StorageArtifactBucket>", "AdmitRequest"),
        ("VIRIDIAN_ARTIFACT_BUCKET", "<StorageArtifactBucket>", "RecordExported"),
        ("VIRIDIAN_STATE_MACHINE_ARN", "<WorkflowMachine>", "ArtifactUploaded"),
        ("VIRIDIAN_STATE_MACHINE_ARN", "<WorkflowMachine>", "RegistrationChanged"),
        ("VIRIDIAN_STATE_MACHINE_ARN", "<WorkflowMachine>", "RequesterTold"),
        ("VIRIDIAN_STATE_MACHINE_ARN", "<WorkflowMachine>", "RecordExported"),
        ("VIRIDIAN_STANDBY_MACHINE_ARN", "<StandbyMachine>", "RecordExported"),
        ("VIRIDIAN_STATE_MACHINE_ARN", "<WorkflowMachine>", "Guardian"),
        ("VIRIDIAN_STATE_MACHINE_ARN", "<WorkflowMachine>", "PipelineJob"),
        ("VIRIDIAN_ARTIFACT_BUCKET", "<StorageArtifactBucket>", "PipelineJob"),
        ("VIRIDIAN_STATE_MACHINE_ARN", "<WorkflowMachine>", "ReleaseRequested"),
        ("VIRIDIAN_ARTIFACT_BUCKET", "<StorageArtifactBucket>", "ReleaseRequested"),
        ("VIRIDIAN_ARTIFACT_BUCKET", "<StorageArtifactBucket>", "ImagePushed"),
        ("VIRIDIAN_STANDBY_MACHINE_ARN", "<StandbyMachine>", "Guardian"),
        *(("VIRIDIAN_HOOK_MACHINE_ARN", "<HookMachine>", name) for name in WHO_ASKS),
    }
    assert {v["POWERTOOLS_SERVICE_NAME"] for v in environments.values()} == {"viridian"}
    assert {v["POWERTOOLS_METRICS_NAMESPACE"] for v in environments.values()} == {"Viridian"}


def test_what_events_call_keeps_the_events_it_could_not_handle(
    assembly: Assembly, functions: Resources
) -> None:
    kept = {
        name: assembly.spell(function["DeadLetterConfig"]["TargetArn"])
        for name, function in functions.items()
        if "DeadLetterConfig" in function
    }

    assert kept == {
        f"Events{name}": f"<Events{name}DeadLettersQueue.Arn>" for name in EVENT_FUNCTIONS
    }
