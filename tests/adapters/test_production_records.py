"""What is live, as a record. The same claims hold for the fake."""

from typing import Any

import boto3
import pytest

from tests.deployments_table import create_table
from tests.fakes import FakeProductionRecords
from viridian.adapters.production_records import ProductionRecords


class AwsRecords(ProductionRecords):
    """The adapter, and a way to look."""

    def __init__(self) -> None:
        super().__init__(boto3.client("dynamodb"), "deployments")
        create_table(self.dynamodb, self.table)

    @property
    def records(self) -> dict[str, dict[str, str]]:
        items = self.dynamodb.scan(TableName=self.table)["Items"]
        texts = [{name: value["S"] for name, value in item.items()} for item in items]
        assert {item.pop("sk") for item in texts} == {"PRODUCTION"}
        return {item.pop("pk").removeprefix("SERVICE#"): item for item in texts}


@pytest.fixture(params=[AwsRecords, FakeProductionRecords], ids=["aws", "fake"])
def records(request: pytest.FixtureRequest, aws: None) -> Any:
    return request.param()


def put(records: Any, version: str) -> None:
    records.put("shop", version=version, colour="green", deployment_id="one", at="12:00")


def test_the_record_says_what_is_live_where_by_whom_since_when(records: Any) -> None:
    put(records, "1.1.0")

    wanted = {
        "version": "1.1.0",
        "colour": "green",
        "deployment_id": "one",
        "promoted_at": "12:00",
    }
    assert records.records == {"shop": wanted}


def test_there_is_one_record_a_service_the_last(records: Any) -> None:
    put(records, "1.1.0")
    put(records, "1.2.0")

    assert records.records["shop"]["version"] == "1.2.0"


def test_records_are_reached_by_the_session(aws: None) -> None:
    records = AwsRecords()
    put(ProductionRecords.from_session("deployments"), "1.1.0")

    assert set(records.records) == {"shop"}
