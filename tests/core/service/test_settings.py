"""The service file."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given

from tests.core.shop import SETTINGS, changed, settings, without
from tests.core.strategies import service_files
from viridian.core.errors import RegistrationInvalid
from viridian.core.service.settings import Settings
from viridian.core.service.smoke_tests import SmokeTest

DOCUMENTED_EXAMPLE = Path(__file__).parents[3] / "examples/shop/service.yaml"


def written(found: Settings) -> Any:
    """As a file has it, without the keys that are not set."""
    unsaid: dict[str, Any] = {"method": "GET", "headers": {}, "secret_headers": {}, "json": {}}

    def given(members: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value
            for name, value in members.items()
            if name.startswith("/") or (value is not None and value != unsaid.get(name))
        }

    return json.loads(json.dumps(asdict(found)), object_hook=given)


def test_the_documented_example_is_a_valid_service_file() -> None:
    document = yaml.safe_load(DOCUMENTED_EXAMPLE.read_text())

    found = Settings.from_dict(document, "service.yaml")

    assert found.service == "shop"
    assert written(found) == document


def test_the_rehearsal_differs_from_the_example_in_its_times_alone() -> None:
    aws, rehearsed = (
        asdict(Settings.from_dict(yaml.safe_load(path.read_text()), path.name))
        for path in (DOCUMENTED_EXAMPLE, DOCUMENTED_EXAMPLE.with_name("rehearsal.yaml"))
    )
    times = {n for n in aws if n.endswith("_seconds")} - {"keep_failed_seconds"}

    assert {key for key in aws if aws[key] != rehearsed[key]} == times | {"alarms", "steps"}
    assert rehearsed["alarms"] == {**aws["alarms"], "period_seconds": 10}
    assert [s["percent"] for s in rehearsed["steps"]] == [s["percent"] for s in aws["steps"]]


def test_a_service_file_is_read_to_its_values() -> None:
    found = settings()

    assert [step.percent for step in found.steps] == [10, 50, 100]
    assert found.smoke_tests == (SmokeTest("/", 200), SmokeTest("/missing", 404))
    assert found.alarms.extra == ("orders-lost",)


@given(service_files())
def test_what_is_written_is_read_back_the_same(document: dict[str, Any]) -> None:
    found = Settings.from_dict(document, "service.yaml")

    assert written(found) == document
    assert Settings.from_dict(asdict(found), "service.yaml") == found


def with_a_day_of_bakes(patience_seconds: int) -> dict[str, Any]:
    """1 440 looks for the bakes, 1 after them, 6 to be ready, and 3 steps with 6 more a minute of
    patience."""
    bakes = [{"percent": percent, "bake_seconds": 28_800} for percent in (10, 50, 100)]
    return SETTINGS | {"steps": bakes, "unknown_patience_seconds": patience_seconds}


def test_a_day_of_bakes_with_some_patience_is_held_by_an_execution() -> None:
    found = Settings.from_dict(with_a_day_of_bakes(patience_seconds=500), "service.yaml")

    assert found.unknown_patience_seconds == 500


@pytest.mark.parametrize("patience_seconds", [501, 3600])
def test_times_that_an_execution_cannot_hold_are_refused(patience_seconds: int) -> None:
    with pytest.raises(RegistrationInvalid, match=r"^service.yaml.steps: .* and 1600 fit"):
        Settings.from_dict(with_a_day_of_bakes(patience_seconds), "service.yaml")


@pytest.mark.parametrize("grace_seconds", [120, 3600])
def test_a_grace_that_outlasts_the_wait_is_refused(grace_seconds: int) -> None:
    complaint = rf"^service.yaml.prepare_timeout_seconds: must be .* 120 and {grace_seconds}: .*"
    with pytest.raises(RegistrationInvalid, match=f"{complaint}raise it or lower the grace"):
        Settings.from_dict(SETTINGS | {"start_grace_seconds": grace_seconds}, "service.yaml")


def test_a_grace_is_a_minute_unless_it_is_set() -> None:
    found = Settings.from_dict(without(SETTINGS, "start_grace_seconds"), "service.yaml")

    assert found.start_grace_seconds == 60


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("service", "Shop", "service: must be a lower-case name"),
        ("service", "s" * 33, "service: must be a lower-case name of at most 32"),
        ("smoke_tests.0.path", "http://elsewhere/", r"smoke_tests\[0\].path: must be a path"),
        ("smoke_tests.0.path", "/a b", r"smoke_tests\[0\].path: must be a path"),
        ("smoke_tests.0.path", "/\r\nHost: x", r"smoke_tests\[0\].path: must be a path"),
        ("smoke_tests.0.production_status", 200, r"smoke_tests\[0\].production_status: must be"),
        ("version_header", "X Version", "version_header: must be a header name"),
        ("health_check_path", "health", "health_check_path: must be a path that starts with /"),
        ("unknown_patience_seconds", 19, "unknown_patience_seconds: must be at least 20 with"),
        ("alarms.period_seconds", 60, "unknown_patience_seconds: must be at least 300 with"),
        ("alarms.period_seconds", 45, "alarms.period_seconds: must be 10, 20, 30 or a multiple"),
    ],
)
def test_a_wrong_value_is_refused_with_its_path(path: str, value: Any, complaint: str) -> None:
    with pytest.raises(RegistrationInvalid, match=f"^service.yaml.{complaint}"):
        Settings.from_dict(changed(SETTINGS, path, value), "service.yaml")


def test_production_answers_as_the_test_route_does_unless_a_check_says_otherwise() -> None:
    document = changed(SETTINGS, "smoke_tests.0.production_status", 302)
    found = Settings.from_dict(document, "service.yaml")

    assert [check.production_status for check in found.smoke_tests] == [302, None]


def test_a_check_wants_status_200_unless_it_says_otherwise() -> None:
    document = changed(SETTINGS, "smoke_tests", [{"path": "/"}])

    assert Settings.from_dict(document, "service.yaml").smoke_tests == (SmokeTest("/", 200),)


def test_a_service_without_alarms_of_its_own_names_none() -> None:
    found = Settings.from_dict(without(SETTINGS, "alarms.extra"), "service.yaml")

    assert found.alarms.extra == ()
