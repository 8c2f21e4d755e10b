"""`init` writes what the product's own readers take, and overwrites nothing."""

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from tests.cli.conftest import Told
from viridian.core.schema import keys
from viridian.core.service.settings import Settings
from viridian_cli.commands.starting import FILES, SERVICE_FILES
from viridian_cli.main import app
from viridian_cli.release import pack
from viridian_cli.service_file import read_service_file
from viridian_cli.shipped import STARTER

TIMES = ("_seconds", "steps", "alarms")


def test_what_it_writes_is_valid_and_named_as_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "2 Pay Ments"
    result = Told("init", str(folder), "--yes", "--json")

    assert result.document == {
        "service": "pay-ments",
        "written": [str(folder / name) for name in FILES],
    }
    files = [str(folder / name) for name in (*SERVICE_FILES, "release/release.json")]
    assert Told("validate", *files).code == 0
    assert pack(folder / "release").service == "pay-ments"


def test_what_is_answered_stands_in_every_file(tmp_path: Path) -> None:
    answers = "No Name\npay\n/healthz\nX-Build\n"
    result = CliRunner().invoke(app, ["init", str(tmp_path)], input=answers)

    assert result.exit_code == 0
    assert "must be a lower-case name" in result.output
    for name in SERVICE_FILES:
        settings = read_service_file(tmp_path / name)
        assert (settings.service, settings.version_header) == ("pay", "X-Build")
        assert settings.health_check_path == settings.smoke_tests[0].path == "/healthz"
    program = (tmp_path / "release" / "app.py").read_text()
    assert 'HEALTH_PATH = "/healthz"\nVERSION_HEADER = "X-Build"\n' in program
    assert json.loads((tmp_path / "release" / "release.json").read_text())["service"] == "pay"


def test_an_option_is_not_asked_for(tmp_path: Path) -> None:
    asked = CliRunner().invoke(app, ["init", str(tmp_path), "--service", "pay"], input="\n\n")

    assert "service's name" not in asked.output
    assert read_service_file(tmp_path / "service.yaml").service == "pay"


def test_nothing_is_written_where_one_of_them_is(tmp_path: Path) -> None:
    (tmp_path / "cdk.json").write_text("{}")
    result = Told("init", str(tmp_path), "--yes")

    assert result.code == 5
    assert f"{tmp_path}: has cdk.json already, so nothing was written" in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["cdk.json"]


def test_what_the_readers_refuse_is_not_written(tmp_path: Path) -> None:
    result = Told("init", str(tmp_path), "--yes", "--service", "null")

    assert (result.code, list(tmp_path.iterdir())) == (1, [])
    assert "service.yaml.service: is missing" in result.err


def test_the_starter_has_the_defaults_of_the_settings() -> None:
    written = yaml.safe_load((STARTER / "service.yaml").read_text())
    optional = {name: its.default for name, its in keys(Settings).items() if not its.is_required}

    assert {name: written[name] for name in written if name in optional} == {
        name: default for name, default in optional.items() if name in written
    }


def test_the_starter_is_rehearsed_as_it_is_deployed_but_for_its_times() -> None:
    deployed, rehearsed = (
        {
            name: value
            for name, value in yaml.safe_load((STARTER / name).read_text()).items()
            if not name.endswith(TIMES)
        }
        for name in SERVICE_FILES
    )

    assert deployed == rehearsed


@pytest.mark.parametrize("name", FILES)
def test_every_file_that_it_writes_is_there(name: str) -> None:
    assert (STARTER / name).is_file()
