"""Decisions: kept once for each state that was entered, read in their order."""

from dataclasses import replace

import boto3
import pytest

from tests.core.shop import DEPLOYMENT_ID, deployment
from tests.deployments_table import create_table
from tests.fakes import FakeDecisions
from viridian.adapters.decisions import Decisions
from viridian.core.decisions import Moment

NOON = Moment("shop", DEPLOYMENT_ID, 7, deployment(), "2026-11-01T12:00:00.000Z")
LATER = replace(NOON, entered="2026-11-01T12:01:00.000Z")


@pytest.fixture(params=["aws", "fake"])
def decisions(request: pytest.FixtureRequest, aws: None) -> Decisions:
    if request.param == "fake":
        return FakeDecisions()
    dynamodb = boto3.client("dynamodb")
    create_table(dynamodb, "deployments")
    return Decisions(dynamodb, "deployments")


def test_they_are_read_in_the_order_in_which_they_were_made(decisions: Decisions) -> None:
    decisions.append(LATER, "JudgeCandidate", next="Advance")
    decisions.append(NOON, "ShiftTraffic", before=0, after=10)
    decisions.append(replace(NOON, deployment_id="another"), "ShiftTraffic", before=0, after=99)

    assert [*decisions.of(DEPLOYMENT_ID)] == [
        {"at": NOON.entered, "state": "ShiftTraffic", "before": 0, "after": 10},
        {"at": LATER.entered, "state": "JudgeCandidate", "next": "Advance"},
    ]


def test_what_a_state_that_is_tried_again_decides_does_not_write_over_the_first(
    decisions: Decisions,
) -> None:
    decisions.append(NOON, "ShiftTraffic", after=10)
    decisions.append(NOON, "ShiftTraffic", after=50)

    assert [each["after"] for each in decisions.of(DEPLOYMENT_ID)] == [10]


def test_they_are_forgotten_when_the_service_says(aws: None) -> None:
    dynamodb = boto3.client("dynamodb")
    create_table(dynamodb, "deployments")
    settings = replace(NOON.deployment.registration.settings, record_retention_days=2)
    registration = replace(NOON.deployment.registration, settings=settings)
    moment = replace(NOON, deployment=replace(NOON.deployment, registration=registration))

    Decisions(dynamodb, "deployments").append(moment, "ShiftTraffic", after=10)

    [item] = dynamodb.scan(TableName="deployments")["Items"]
    assert item["expires_at"] == {"N": str(1_793_534_400 + 2 * 86_400)}
