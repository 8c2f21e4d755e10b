"""What a folder's rehearsal is made of."""

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from rehearsal.live import Plan
from viridian_cli.release import ReleaseUnusable
from viridian_cli.shipped import STARTER


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(STARTER, tmp_path / "orders")


def test_the_short_times_and_the_app_are_the_folder_s(folder: Path) -> None:
    plan = Plan.of(folder, None, None)

    assert plan.service_file == folder / "rehearsal.yaml"
    assert plan.settings.alarms.period_seconds == 10
    assert (plan.release, plan.project) == (folder / "release", folder)
    assert plan.app == "python3 cdk_app.py"


def test_without_short_times_they_are_those_of_the_service_file(folder: Path) -> None:
    (folder / "rehearsal.yaml").unlink()

    assert Plan.of(folder, None, None).service_file == folder / "service.yaml"


def test_without_an_app_it_is_the_starter_s(folder: Path) -> None:
    (folder / "cdk.json").unlink()

    assert Plan.of(folder, None, None).project == STARTER


def test_an_app_that_is_named_runs_in_the_folder(folder: Path) -> None:
    (folder / "cdk.json").unlink()
    plan = Plan.of(folder, None, "node app.js")

    assert (plan.project, plan.app) == (folder, "node app.js")


def test_a_folder_may_be_a_release_itself(folder: Path) -> None:
    for path in (folder / "release").iterdir():
        path.rename(folder / path.name)
    (folder / "release").rmdir()

    assert Plan.of(folder, None, None).release == folder


def test_a_release_that_names_no_command_is_refused(folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    (other / "release.json").write_text('{"service": "orders", "version": "2.0.0"}')

    with pytest.raises(ReleaseUnusable, match="command: is missing"):
        Plan.of(folder, other, None)


def test_an_app_that_took_another_service_file_is_seen(folder: Path) -> None:
    plan = Plan.of(folder, None, None)
    others = replace(plan.settings, standby_seconds=900)

    assert plan.is_taken(json.loads(json.dumps(asdict(plan.settings))))
    assert not plan.is_taken(json.loads(json.dumps(asdict(others))))
