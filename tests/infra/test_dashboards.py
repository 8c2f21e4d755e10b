"""The pages in CloudWatch: one of each service, and one that names none."""

import json
import re
from typing import Any

import pytest

from tests.assemblies import BARE, EDITED, Assemblies
from tests.infra.template import Assembly, Template
from viridian_cdk.service_dashboard import BOTH_SIDES


def body_of(assembly: Assembly, name: str) -> dict[str, Any]:
    dashboards = assembly.properties("CloudWatch::Dashboard")
    text = assembly.spell(dashboards[name]["DashboardBody"])
    found: dict[str, Any] = json.loads(text)
    return found


def metrics_of(widget: dict[str, Any]) -> list[list[Any]]:
    found: list[list[Any]] = widget["properties"].get("metrics", [])
    return found


@pytest.fixture(scope="module")
def page(assembly: Assembly) -> list[dict[str, Any]]:
    widgets: list[dict[str, Any]] = body_of(assembly, "ServiceDashboard")["widgets"]
    return widgets


def test_the_split_is_a_line_and_each_release_a_mark(page: list[dict[str, Any]]) -> None:
    share, split, *marks = metrics_of(page[0])

    assert share[0]["expression"] == "FILL(split, REPEAT)"
    assert split[:4] == ["Viridian", "CandidatePercent", "service", "shop"]
    assert [mark[1] for mark in marks] == ["Promotions", "ChangeFailures"]
    assert {mark[-1]["yAxis"] for mark in marks} == {"right"}


def test_both_sides_are_shown_by_each_of_the_metrics(page: list[dict[str, Any]]) -> None:
    for widget, shown in zip(page[1:-1], BOTH_SIDES.values(), strict=True):
        found = [(m[1], m[5], m[-1]["stat"]) for m in metrics_of(widget)]
        sides = ("Blue", "Green")

        assert [(name, stat) for name, _, stat in found] == [*shown.values()] * 2
        for group, side in zip(dict.fromkeys(group for _, group, _ in found), sides, strict=True):
            assert side in group


def test_every_alarm_that_stops_a_deployment_is_on_it(
    assembly: Assembly, page: list[dict[str, Any]]
) -> None:
    alarms = page[-1]["properties"]["alarms"]
    own = [name for name in assembly.properties("CloudWatch::Alarm") if name.startswith("Service")]

    standing = [name for name in own if "DeadLetters" not in name]
    assert {re.sub(r"[<>]|\.Arn", "", arn) for arn in alarms if "<Service" in arn} >= set(standing)


def test_the_page_of_all_names_no_service(assembly: Assembly) -> None:
    widgets = body_of(assembly, "Dashboard")["widgets"]
    searches = [metrics_of(widget)[0][0].get("expression") for widget in widgets[3:]]

    assert len(searches) == 5
    for search in searches:
        assert re.fullmatch(
            r"""SEARCH\('\{Viridian,service\} MetricName="\w+"', '\w+', \d+\)""", search
        )
    assert "shop" not in json.dumps(widgets)


@pytest.mark.parametrize("app", [BARE, EDITED])
def test_without_that_of_a_service_the_page_of_all_is_the_only_one(
    assemblies: Assemblies, app: str
) -> None:
    templates = Assembly(assemblies.at(app)).folder.glob("*.template.json")
    found = [
        name for path in templates for name in Template.read(path).of_type("CloudWatch::Dashboard")
    ]

    assert found == ["Dashboard"]
