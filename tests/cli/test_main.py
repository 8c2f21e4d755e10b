"""Global options, and what is told of what goes wrong: a line, and what to do."""

import os
import re
from typing import Any

import pytest
import typer
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from tests.assemblies import PROJECT
from tests.cli.automation import Automation
from tests.cli.conftest import Told
from viridian.core.ending import ENDINGS
from viridian.core.errors import RequestInvalid
from viridian_cli.deployment import NoEnding
from viridian_cli.failure import Code, code_of, told
from viridian_cli.main import app, hoisted


@pytest.mark.parametrize(
    ("args", "wanted"),
    [
        (["status", "shop", "--json"], ["--json", "status", "shop"]),
        (["status", "--stack", "S", "shop"], ["--stack", "S", "status", "shop"]),
        (["status", "--region=r", "--", "--json"], ["--region=r", "status", "--", "--json"]),
        (["status", "--stack"], ["--stack", "status"]),
        (["skip", "shop", "--percent", "5"], ["skip", "shop", "--percent", "5"]),
    ],
)
def test_global_options_may_stand_anywhere(args: list[str], wanted: list[str]) -> None:
    assert hoisted(args) == wanted


def test_a_stack_that_is_not_there_is_told_with_what_to_do(automation: Automation) -> None:
    result = Told("deploy", "shop", "--stack", "Other")

    assert result.code == 1
    assert result.err.startswith("no stack 'Other' in us-east-1: deploy the control plane")


def test_a_stack_of_something_else_is_told(automation: Automation) -> None:
    automation.outputs = {}
    result = Told("status", "shop", "--json")

    assert result.code == 1
    assert "has no output TableName: is it Viridian's control plane?" in result.document["error"]


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("AWS_DEFAULT_REGION", "no Region: name it with --region or AWS_REGION\n"),
        ("AWS_ACCESS_KEY_ID", "no AWS credentials: log in"),
    ],
)
def test_what_the_environment_lacks_is_told(
    monkeypatch: pytest.MonkeyPatch, variable: str, said: str
) -> None:
    monkeypatch.delenv(variable)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    if variable == "AWS_ACCESS_KEY_ID":
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    result = Told("list")

    assert (result.code, result.err[: len(said)]) == (1, said)


def test_a_region_that_is_named_is_the_one_that_is_asked(automation: Automation) -> None:
    assert Told("list", "--json").document != []
    assert Told("list", "--json", "--region", "eu-west-1").document == []


def refused(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Invoke")


@pytest.mark.parametrize(
    ("error", "line", "code"),
    [
        (
            refused("AccessDeniedException"),
            "Invoke: AccessDeniedException: no; ask for this right",
            1,
        ),
        (refused("ExpiredTokenException"), "log in again", 1),
        (refused("Throttling"), "Invoke: Throttling: no", 1),
        (NoCredentialsError(), "no AWS credentials", 1),
        (EndpointConnectionError(endpoint_url="http://x"), "Is the Region right", 1),
        (RequestInvalid("input.service: is missing"), "input.service: is missing", 1),
        (NoEnding("no execution"), "no execution", 3),
    ],
)
def test_an_expected_error_is_a_line_that_says_what_to_do(
    error: Exception, line: str, code: int
) -> None:
    said, found = told(error)

    assert (line in said, found) == (True, code)


def test_a_wrong_signature_does_not_tell_the_request_it_signed() -> None:
    quoted = "not match.\n\nThe Canonical String for this request was x-amz-security-token:HEX"

    assert "HEX" not in told(refused("SignatureDoesNotMatch", quoted))[0]


def test_each_ending_has_its_code() -> None:
    codes = {name: code_of(name) for name in ENDINGS}

    assert {n for n, code in codes.items() if code is Code.DONE} == {
        "DeploymentPromoted",
        "StandbyRetired",
    }
    assert {n for n, code in codes.items() if code is Code.PERSON_ACTS} == {
        "RestoreHeld",
        "RestoreUnverified",
    }
    assert code_of("what nobody knows") is Code.NOT_PROMOTED


def test_its_version_is_told() -> None:
    assert Told("--version").out.strip().count(".") == 2


@pytest.mark.parametrize("args", [[], ["--help"], ["release", "--help"]])
def test_help_is_told(args: list[str]) -> None:
    assert "Usage:" in Told(*args).out + Told(*args).err


def commands() -> set[str]:
    """As they are called."""
    root: Any = typer.main.get_command(app)
    nested = {f"release {name}" for name in root.commands["release"].commands}
    return {name for name in root.commands if name != "release"} | nested


def test_the_documents_name_every_command_and_every_exit_code() -> None:
    page = (PROJECT / "docs/commands.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| `viridian")]
    told = {
        re.match(r"(?:viridian )?((?:release )?[a-z-]+)", name)[1]  # type: ignore[index]
        for row in rows
        for name in re.findall(r"`([^`]+)`", row.split("|")[1])
    }
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}

    assert told == commands()
    assert codes == {*Code, 2, 130}


def test_no_document_names_a_command_that_there_is_not() -> None:
    pages = [PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")]
    called = re.compile(r"(?:^|`|/)viridian ((?:release )?[a-z-]+)", re.MULTILINE)
    named = {name for page in pages for name in called.findall(page.read_text())}

    assert named > {"release push", "doctor", "stop-all"}
    assert named - commands() == set()
