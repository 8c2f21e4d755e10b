"""Phases: what the table's items tell others of a deployment's way."""

import json
from typing import Any

import pytest

from tests.core.shop import DEPLOYMENT_ID
from viridian.core.ending import ENDINGS
from viridian.core.phase import LONGEST_CAUSE, SCHEMA, Phase, changes
from viridian.core.schema import keys

NOON = "2026-11-01T12:00:00.000Z"
DECISION = {
    "pk": f"DEPLOYMENT#{DEPLOYMENT_ID}",
    "sk": f"{NOON}#ShiftTraffic",
    "service": "shop",
    "version": "1.1.0",
    "decision": json.dumps({"before": 10, "after": 50}),
}
RECORD = {
    "pk": "SERVICE#shop",
    "sk": f"DEPLOYMENT#{DEPLOYMENT_ID}",
    "version": "1.1.0",
    "admitted_at": NOON,
}
ENDED = RECORD | {"ending": "DeploymentReverted", "cause": "5xx: ALARM", "ended_at": NOON}
STOOD_BY = ENDED | {
    "standby_ending": "StandbyRestored",
    "standby_cause": "p99",
    "standby_ended_at": NOON,
}


def told(new: dict[str, Any], old: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    return [phase.detail for phase in changes(old or {}, new)]


def test_a_shift_tells_the_candidate_s_share_since_then() -> None:
    assert told(DECISION) == [
        {
            "schema": SCHEMA,
            "id": f"{DEPLOYMENT_ID}/shifted/{NOON}",
            "phase": "shifted",
            "service": "shop",
            "deployment_id": DEPLOYMENT_ID,
            "version": "1.1.0",
            "at": NOON,
            "candidate_percent": 50,
        }
    ]


@pytest.mark.parametrize(
    ("state", "decided", "phase", "percent"),
    [
        ("PrepareCandidate", {"size": 2}, "preparing", None),
        ("Promote", {"version": "1.1.0"}, "promoted", 100),
        ("VerifyRestored", {"after": 0}, "restored", 0),
    ],
)
def test_a_decision_may_begin_a_phase(
    state: str, decided: dict[str, Any], phase: str, percent: int | None
) -> None:
    item = DECISION | {"sk": f"{NOON}#{state}", "decision": json.dumps(decided)}

    [begun] = told(item)

    assert (begun["phase"], begun.get("candidate_percent")) == (phase, percent)


@pytest.mark.parametrize("state", ["JudgeCandidate", "WatchStandby", "RetireSide"])
def test_most_decisions_begin_none(state: str) -> None:
    assert not told(DECISION | {"sk": f"{NOON}#{state}"})


def test_a_deployment_s_moments_are_told_once_each() -> None:
    assert [each["phase"] for each in told(RECORD)] == ["admitted"]
    assert [each["phase"] for each in told(ENDED, RECORD)] == ["ended"]
    assert [each["phase"] for each in told(STOOD_BY, ENDED)] == ["standby_ended"]
    assert not told(STOOD_BY | {"controls": []}, STOOD_BY)
    assert not told({"pk": "SERVICE#shop", "sk": "PRODUCTION", "ended_at": NOON})


def test_an_ending_tells_where_it_leaves_production_and_who_acts() -> None:
    [ended] = told(ENDED, RECORD)
    [stood_by] = told(STOOD_BY, ENDED)

    its = ENDINGS["DeploymentReverted"]
    assert (ended["ending"], ended["cause"]) == ("DeploymentReverted", "5xx: ALARM")
    assert (ended["production"], ended["who_acts"]) == (its.production, its.who_acts)
    assert ended["report"] == f"deployments/shop/{DEPLOYMENT_ID}/report.html"
    assert (stood_by["ending"], stood_by["cause"]) == ("StandbyRestored", "p99")


def test_a_cause_is_cut() -> None:
    [ended] = told(ENDED | {"cause": "x" * 5000}, RECORD)

    assert len(ended["cause"]) == LONGEST_CAUSE


@pytest.mark.parametrize("item", [DECISION, RECORD, ENDED])
def test_what_is_told_is_what_is_declared(item: dict[str, Any]) -> None:
    for detail in told(item):
        for name, value in detail.items():
            assert keys(Phase)[name].fits(value), name
