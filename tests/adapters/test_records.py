"""Records in the table: each moment sets members of its own. The same claims hold for the fake."""

import json
from dataclasses import asdict, replace

import boto3
import pytest

from tests.core.shop import BUNDLE_RELEASE, DEPLOYMENT_ID, IMAGE_RELEASE, deployment, sides
from tests.deployments_table import create_table
from tests.fakes import FakeRecords
from viridian.adapters.records import Records
from viridian.core.control import MOST_RECORDED
from viridian.core.deployment import Ran
from viridian.core.fleet import Blueprint
from viridian.core.lease import Write
from viridian.core.record import (
    END_STANDBY_UNSAID,
    END_UNSAID,
    Controlled,
    Ended,
    Entry,
    Kept,
    Unsaid,
    admitted,
    inspected,
    promoted,
)
from viridian.core.sides import Production

RECORD = ("shop", f"DEPLOYMENT#{DEPLOYMENT_ID}")


class AwsRecords(Records):
    """The adapter, and a way to look."""

    def __init__(self) -> None:
        super().__init__(boto3.client("dynamodb"), "deployments")
        create_table(self.dynamodb, self.table)

    @property
    def items(self) -> dict[tuple[str, str], dict[str, str | int]]:
        found = {}
        for item in self.dynamodb.scan(TableName=self.table)["Items"]:
            key = item.pop("pk")["S"].removeprefix("SERVICE#"), item.pop("sk")["S"]
            found[key] = {n: int(v["N"]) if "N" in v else v["S"] for n, v in item.items()}
        return found


Table = AwsRecords | FakeRecords


@pytest.fixture(params=[AwsRecords, FakeRecords], ids=["aws", "fake"])
def records(request: pytest.FixtureRequest, aws: None) -> Table:
    made: Table = request.param()
    return made


def test_a_later_moment_leaves_what_an_earlier_one_kept(records: Table) -> None:
    first = admitted(deployment(), at="12:00")
    second = inspected("shop", DEPLOYMENT_ID, fence=7, sides=sides())

    for entry in (first, second, first):
        records.write(entry)

    assert records.items == {RECORD: first.members | second.members}


def test_what_is_kept_grows_with_the_deployment(records: Table) -> None:
    """As the machine gets it again: JSON, as it was written."""
    assert records.kept("shop", DEPLOYMENT_ID) is None
    records.write(admitted(deployment(), at="12:00"))
    known, found = (json.loads(json.dumps(asdict(each))) for each in (deployment(), sides()))
    assert records.kept("shop", DEPLOYMENT_ID) == Kept(known, None)
    records.write(inspected("shop", DEPLOYMENT_ID, fence=7, sides=sides()))

    assert records.kept("shop", DEPLOYMENT_ID) == Kept(known, found)


def test_a_deployment_ends_once(records: Table) -> None:
    first = Ended("DeploymentStopped", "was stopped by hand", 8, "12:00")
    records.write(admitted(deployment(), at="12:00"))
    records.end("shop", DEPLOYMENT_ID, first)
    records.end("shop", DEPLOYMENT_ID, Ended("DeploymentPromoted", "", 9, "13:00"))

    assert records.items[RECORD].items() >= asdict(first).items()


def test_the_evidence_of_the_failure_itself_is_what_stays(records: Table) -> None:
    records.write(admitted(deployment(), at="12:00"))
    records.keep_evidence("shop", DEPLOYMENT_ID, evidence="first", at="12:01")
    records.keep_evidence("shop", DEPLOYMENT_ID, evidence="less", at="12:02")

    assert records.items[RECORD].items() >= {"evidence": "first", "evidence_at": "12:01"}.items()


def test_who_asked_is_kept_with_a_record_that_is_there(records: Table) -> None:
    assert not records.keep_requester("shop", DEPLOYMENT_ID, "alice")
    assert RECORD not in records.items

    records.write(admitted(deployment(), at="12:00"))
    assert records.keep_requester("shop", DEPLOYMENT_ID, "alice")
    assert records.items[RECORD]["requested_by"] == "alice"


def test_how_long_it_hurt_is_kept_once_with_a_record_that_is_there(records: Table) -> None:
    records.keep_restored("shop", DEPLOYMENT_ID, since="11:58", at="12:01")
    assert RECORD not in records.items

    records.write(admitted(deployment(), at="12:00"))
    for at in ("12:01", "12:09"):
        records.keep_restored("shop", DEPLOYMENT_ID, since="11:58", at=at)

    kept = records.items[RECORD]
    assert (kept["first_shifted_at"], kept["restored_at"]) == ("11:58", "12:01")


@pytest.mark.parametrize(
    ("write", "of"), [(END_UNSAID, ""), (END_STANDBY_UNSAID, "standby_")], ids=["own", "standby's"]
)
def test_an_ending_that_is_missing_is_added_once_to_a_record_that_is_there(
    records: Table, write: Write, of: str
) -> None:
    missing = Unsaid("shop", DEPLOYMENT_ID, write, "RestoreHeld", "no live")
    records.end_unsaid(missing, at="12:00")
    assert RECORD not in records.items
    records.write(admitted(deployment(), at="12:00"))
    records.end_unsaid(missing, at="12:01")
    records.end_unsaid(replace(missing, ending="DeploymentPromoted"), at="12:02")

    ended = {f"{of}ending": "RestoreHeld", f"{of}cause": "no live", f"{of}ended_at": "12:01"}
    assert records.items[RECORD].items() >= ended.items()


FIRST = Production("1.0.0", "blue", "one", "before", "then")
SECOND = Production("1.1.0", "green", "two", "before", "now")


def test_the_record_of_production_is_that_of_the_last_promotion(records: Table) -> None:
    assert records.production("shop") is None
    for production in (FIRST, SECOND):
        records.write(promoted("shop", production))

    assert records.production("shop") == SECOND


@pytest.mark.parametrize("before", [FIRST, None])
def test_a_promotion_is_put_back_by_whoever_promoted_and_once(
    records: Table, before: Production | None
) -> None:
    records.write(promoted("shop", SECOND))

    records.put_back("shop", "another", "1.1.0", before)
    assert records.production("shop") == SECOND
    for _ in range(2):
        records.put_back("shop", "two", "1.1.0", before)
    assert records.production("shop") == before


RAN = Ran(BUNDLE_RELEASE, Blueprint("arn:template:4", "arn:shop:5"), "two")


def test_what_was_live_is_known_by_its_version_until_its_promotion_is_undone(
    records: Table,
) -> None:
    assert records.ran("shop", "1.1.0") is None
    records.keep_ran(RAN)
    assert records.ran("shop", "1.1.0") == RAN

    records.put_back("shop", "another", "1.1.0", None)
    assert records.ran("shop", "1.1.0") == RAN
    records.put_back("shop", "two", "1.1.0", None)
    assert records.ran("shop", "1.1.0") is None


def test_who_promotes_the_same_again_and_is_undone_leaves_it_known(records: Table) -> None:
    records.keep_ran(RAN)
    records.keep_ran(replace(RAN, deployment_id="three"))
    records.put_back("shop", "three", "1.1.0", None)
    assert records.ran("shop", "1.1.0") == RAN


def test_another_release_of_the_same_version_takes_its_place_until_it_is_undone(
    records: Table,
) -> None:
    newer = Ran(IMAGE_RELEASE, Blueprint("arn:template:5", "arn:shop:6"), "three")
    records.keep_ran(RAN)
    for _ in range(2):
        records.keep_ran(newer)
    assert records.ran("shop", "1.1.0") == newer

    records.put_back("shop", "three", "1.1.0", FIRST)
    assert records.ran("shop", "1.1.0") == RAN, "and it runs again"


def test_the_former_release_is_what_the_deployment_of_the_live_one_found(records: Table) -> None:
    assert records.last_two("shop") == (None, None)
    live = Production("1.1.0", "green", DEPLOYMENT_ID, "before", "now")
    records.write(promoted("shop", live))
    assert records.last_two("shop") == (live, None)

    records.write(admitted(deployment(), at="12:00"))
    records.write(inspected("shop", DEPLOYMENT_ID, fence=7, sides=sides()))
    assert records.last_two("shop") == (live, sides().production)


def test_controls_are_appended_beside_what_was_kept_and_the_first_hundred_stay(aws: None) -> None:
    table = AwsRecords()
    table.write(inspected("shop", DEPLOYMENT_ID, fence=7, sides=sides()))
    for number in range(MOST_RECORDED + 1):
        table.add_control(Controlled("shop", DEPLOYMENT_ID, {"action": f"pause {number}"}))

    [item] = table.dynamodb.scan(TableName=table.table)["Items"]
    actions = [control["M"]["action"]["S"] for control in item["controls"]["L"]]
    assert (len(actions), actions[0], actions[-1]) == (100, "pause 0", "pause 99")
    assert item["fence"] == {"N": "7"}


def test_the_very_same_control_is_appended_once(aws: None) -> None:
    table = AwsRecords()
    said = Controlled("shop", DEPLOYMENT_ID, {"action": "check: pass", "at": "12:00"})
    for made in (said, said, replace(said, members={**said.members, "at": "12:01"})):
        table.add_control(made)

    [item] = table.dynamodb.scan(TableName=table.table)["Items"]
    assert [c["M"]["at"]["S"] for c in item["controls"]["L"]] == ["12:00", "12:01"]


def test_failures_of_a_version_are_found_and_of_no_other(records: Table) -> None:
    for name, ending in {
        "shop-1.1.0-a": "DeploymentReverted",
        "shop-1.1.0-b": "DeploymentPromoted",
        "shop-1.1.0-c": "CandidateRejected",
        "shop-1.1.0.1-d": "DeploymentReverted",
        "by-hand": "DeploymentReverted",
    }.items():
        records.write(admitted(replace(deployment(), id=name), at="12:00"))
        records.end("shop", name, Ended(ending, "", 7, "12:00"))
    records.write(Entry("shop", "DEPLOYMENT#shop-1.1.0-b", {"standby_ending": "StandbyRestored"}))

    found = {f.deployment_id: f.ending for f in records.failures("shop", "1.1.0")}

    assert found == {
        "shop-1.1.0-a": "DeploymentReverted",
        "shop-1.1.0-b": "StandbyRestored",
        "shop-1.1.0-c": "CandidateRejected",
    }
    assert [f.release for f in records.failures("shop", "1.1.0")] == [deployment().release] * 3
    assert list(records.failures("cart", "1.1.0")) == []
