"""What is kept of deployments, for a person: no secret of a task or a check is among it."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from tests.cli.automation import ID, Automation
from tests.cli.conftest import Told
from tests.core.shop import deployment, sides

CONTROL = {"at": "2026-11-01T12:03:00+00:00", "action": "pause", "by": "alice", "reason": "odd"}
EVIDENCE = {"candidate": "green", "tasks": ["| Traceback"], "targets": {"green": "1 unhealthy"}}
RECORD: dict[str, Any] = {
    "version": "1.1.0",
    "admitted_at": "2026-11-01T12:00:00Z",
    "requested_by": "2026-11-01T12:00:00Z by arn:aws:iam::1:user/bob from 203.0.113.7",
    "deployment": json.dumps(asdict(deployment())),
    "sides": json.dumps(asdict(sides())),
    "ending": "DeploymentReverted",
    "cause": "in ALARM: shop-green-5xx",
    "ended_at": "2026-11-01T12:05:30Z",
    "fence": 7,
    "controls": [CONTROL],
    "evidence": json.dumps(EVIDENCE),
}


def test_the_newest_deployments_come_first_and_no_more_than_asked(automation: Automation) -> None:
    for minute in (2, 0, 3, 1):
        admitted_at = f"2026-11-01T12:0{minute}:00Z"
        automation.keep(f"DEPLOYMENT#shop-{minute}", admitted_at=admitted_at, version="1")

    told = Told("history", "shop", "--limit", "3", "--json").document

    assert [each["id"] for each in told] == ["shop-3", "shop-2", "shop-1"]


def test_more_deployments_than_one_answer_holds_are_read(automation: Automation) -> None:
    large = "x" * 300_000
    for number in range(5):
        automation.keep(f"DEPLOYMENT#shop-{number}", version="1", cause=large)

    assert len(Told("history", "shop", "--json").document) == 5


def test_what_is_large_is_not_sent_for_a_line(automation: Automation) -> None:
    automation.keep(f"DEPLOYMENT#{ID}", **RECORD, first_shifted_at="2026-11-01T12:02:00Z")

    [told] = Told("history", "shop", "--json").document

    small = RECORD.keys() - {"deployment", "sides", "evidence", "fence"}
    assert told.keys() == small | {"id", "sk", "first_shifted_at"}


def test_a_line_tells_how_it_ended_how_long_it_took_and_who_asked(automation: Automation) -> None:
    automation.keep(f"DEPLOYMENT#{ID}", **RECORD)

    line = Told("history", "shop").out.splitlines()[1]

    parts = ("2026-11-01 12:00", ID, "DeploymentReverted", "5 min 30 s", "arn:aws:iam::1:user/bob")
    assert [part for part in parts if part not in line] == []


@pytest.mark.parametrize(
    ("members", "ending"),
    [
        ({}, "no ending yet"),
        ({"ending": "DeploymentPromoted"}, "DeploymentPromoted"),
        (
            {"ending": "DeploymentPromoted", "standby_ending": "StandbyRetired"},
            "DeploymentPromoted",
        ),
        ({"ending": "DeploymentPromoted", "standby_ending": "StandbyRestored"}, "StandbyRestored"),
    ],
)
def test_a_promotion_that_was_taken_back_does_not_look_promoted(
    automation: Automation, members: dict[str, str], ending: str
) -> None:
    automation.keep(f"DEPLOYMENT#{ID}", version="1", **members)

    assert f" {ending} " in Told("history", "shop").out


def test_one_deployment_is_told_with_all_that_a_person_did_and_why_it_failed(
    automation: Automation,
) -> None:
    automation.keep(f"DEPLOYMENT#{ID}", **RECORD)

    told = Told("show", ID)

    for part in (
        *("DeploymentReverted", "in ALARM: shop-green-5xx", "10 % for 12 s, 50 % for 90 s"),
        *("live before", "1.0.0", "pause", "alice", "odd", "| Traceback", "green: 1 unhealthy"),
        "bob from 203.0.113.7",
    ):
        assert part in told.out


def test_what_tasks_and_checks_are_given_is_not_told(automation: Automation) -> None:
    automation.keep(f"DEPLOYMENT#{ID}", **RECORD)
    told = Told("show", ID, "--json")

    assert "spring" not in told.out
    assert told.document.keys() & {"registration", "environment", "deployment", "sides"} == set()


def test_one_that_was_refused_at_the_door_is_told_by_its_execution(automation: Automation) -> None:
    automation.start()

    told = Told("show", ID, "--json").document

    assert (told["service"], told["status"]) == ("shop", "RUNNING")


def test_one_that_nobody_knows_is_told_in_a_line(automation: Automation) -> None:
    told = Told("show", "shop-9")

    assert (told.code, told.err[:27]) == (1, "no deployment 'shop-9' here")
