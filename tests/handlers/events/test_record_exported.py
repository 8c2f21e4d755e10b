"""RecordExported: what lies in the bucket after an execution ended."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.core.shop import DEPLOYMENT_ID, deployment
from tests.deployments_table import create_table
from tests.fakes import FakeExecutions
from tests.handlers.conftest import CONTEXT
from viridian.adapters.artifacts import Artifacts
from viridian.adapters.decisions import Decisions
from viridian.adapters.records import Records
from viridian.core.decisions import Moment
from viridian.core.document import document_key, report_key
from viridian.core.errors import EventInvalid
from viridian.core.record import Ended, admitted
from viridian.handlers.events.record_exported import handler

MACHINE, BUCKET = "arn:machine", "artifacts"
EVENT = {"machine": MACHINE, "execution": DEPLOYMENT_ID}
KEYS = (document_key("shop", DEPLOYMENT_ID), report_key("shop", DEPLOYMENT_ID))


@dataclass
class Account:
    """A table and a bucket, with an execution of the deployment."""

    s3: Any
    records: Records
    decisions: Decisions
    executions: FakeExecutions

    def export(self) -> Any:
        artifacts = Artifacts(self.s3, BUCKET)
        return handler(EVENT, CONTEXT, self.executions, artifacts, self.records, self.decisions)

    def object(self, key: str) -> Any:
        return self.s3.get_object(Bucket=BUCKET, Key=key)

    @property
    def keys(self) -> list[str]:
        found = self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return [each["Key"] for each in found]


@pytest.fixture
def account() -> Iterator[Account]:
    with mock_aws():
        dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
        create_table(dynamodb, "deployments")
        s3.create_bucket(Bucket=BUCKET)
        executions = FakeExecutions()
        executions.start(MACHINE, DEPLOYMENT_ID, {"service": "shop"})
        records = Records(dynamodb, "deployments")
        yield Account(s3, records, Decisions(dynamodb, "deployments"), executions)


def keep(account: Account) -> None:
    """A deployment that was shifted once and taken back."""
    account.records.write(admitted(deployment(), at="2026-11-01T12:00:00Z"))
    moment = Moment("shop", DEPLOYMENT_ID, 7, deployment(), "2026-11-01T12:01:00.000Z")
    account.decisions.append(moment, "ShiftTraffic", before=0, after=10, size=2)
    ended = Ended("DeploymentReverted", "CandidateFailing: bad", 7, "2026-11-01T12:02:00Z")
    account.records.end("shop", DEPLOYMENT_ID, ended)


def test_a_document_and_a_page_that_tells_it_lie_beside_each_other(account: Account) -> None:
    keep(account)

    assert account.export() == {"key": KEYS[0]}
    assert json.loads(account.object(KEYS[0])["Body"].read())["ending"] == "DeploymentReverted"
    page = account.object(KEYS[1])
    assert page["ContentType"] == "text/html; charset=utf-8"
    assert "was taken back" in page["Body"].read().decode()


def test_a_page_that_cannot_be_made_is_tried_again_and_the_document_is_there(
    account: Account,
) -> None:
    keep(account)
    moment = Moment("shop", DEPLOYMENT_ID, 7, deployment(), "2026-11-01T12:01:30.000Z")
    account.decisions.append(moment, "JudgeCandidate", evidence="nothing that this version knows")

    with pytest.raises(AttributeError):
        account.export()
    assert account.keys == [KEYS[0]]


def test_of_what_was_refused_at_the_door_there_is_nothing_to_tell(account: Account) -> None:
    assert account.export() == {"key": None}
    assert account.keys == []


def test_an_event_without_an_execution_is_refused(account: Account) -> None:
    given = account.executions, Artifacts(account.s3, BUCKET), account.records, account.decisions

    with pytest.raises(EventInvalid, match=r"event\.execution"):
        handler({"machine": MACHINE}, CONTEXT, *given)
