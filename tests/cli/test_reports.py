"""`report` and `judge`: from a record's file, and from the bucket."""

import json
from pathlib import Path

import pytest

from tests.cli.automation import Automation
from tests.cli.conftest import Told

SAMPLES = Path(__file__).parents[1] / "report" / "samples"
PROMOTED = SAMPLES / "promoted.json"
SERVICE_FILE = Path(__file__).parents[2] / "examples" / "shop" / "rehearsal.yaml"


def test_a_record_s_file_becomes_its_page(tmp_path: Path) -> None:
    page = tmp_path / "page.html"

    told = Told("report", str(PROMOTED), "--output", str(page))

    assert (told.code, told.out.strip()) == (0, str(page))
    assert "shop 1.1.0" in page.read_text()


def test_a_good_release_is_judged_well_again() -> None:
    told = Told("--json", "judge", str(PROMOTED), "--with", str(SERVICE_FILE))

    assert told.code == 0
    assert told.document["would_restore_at"] is None
    assert [look["would"] for look in told.document["looks"]] == ["Advance"] * 3


def test_thresholds_that_would_have_taken_it_back_are_told_with_the_numbers(
    tmp_path: Path,
) -> None:
    document = json.loads(PROMOTED.read_text())
    look = next(each for each in document["decisions"] if "evidence" in each)
    for period in look["evidence"]["candidate"]["periods"]:
        period["errors"], period["answered"] = period["requests"] / 2, period["requests"] / 2
    record = tmp_path / "record.json"
    record.write_text(json.dumps(document))

    told = Told("judge", str(record), "--with", str(SERVICE_FILE))

    assert told.code == 0
    assert f"With this file it would be taken back at {look['at']}: wanted at most 5 %" in told.out
    assert "Restore (Failing) <" in told.out


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("{", "not JSON"), ("[]", "wanted viridian.record/1, found None"), ("{}", "found None")],
)
def test_what_is_no_record_is_refused(tmp_path: Path, content: str, complaint: str) -> None:
    other = tmp_path / "record.json"
    other.write_text(content)

    told = Told("report", str(other))

    assert (told.code, complaint in told.err) == (1, True)


def test_of_a_deployment_its_document_is_fetched(automation: Automation, tmp_path: Path) -> None:
    document = json.loads(PROMOTED.read_text())
    name = automation.keep_document(document)
    page = tmp_path / "page.html"

    assert Told("report", name, "--output", str(page)).code == 0
    assert name in page.read_text()


def test_one_that_did_not_end_yet_has_none(automation: Automation) -> None:
    name = automation.keep_document({"deployment_id": "shop-1.1.0-runs"}, is_ended=False)

    told = Told("report", name)

    assert (told.code, "written when the deployment ends" in told.err) == (1, True)
