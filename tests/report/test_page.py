"""The page tells what the document says, of every deployment and whatever is in it."""

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.report import day
from tests.report.reading import ENDED, Document, Page, sample
from viridian.core.ending import ENDINGS
from viridian.report.page import FOLDER, page
from viridian.report.words import ALARMS, HEADLINES

PROJECT = Path(__file__).parents[2]
HOSTILE = (
    "</script><script>parent.hacked=1</script><img src=x onerror=parent.hacked=1>"
    "-->\"'&\u2028\u202e\ud800\x00"
)
TIMES = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
"""Values that the page must be able to read; all others may be anything."""
READ = {"state", "verdict", "next", *ENDINGS}


def read(document: Document) -> Page:
    return Page(page(document))


def row(*, of: str, at: str) -> list[str]:
    return next(cells for cells in read(sample(of)).table("periods") if cells[0] == at)


def test_a_period_has_the_numbers_of_both_sides() -> None:
    release = ["94", "0", "0", "—", "0.64", "—", "3.54"]
    live = ["906", "0", "0", "—", "0.5", "—", "2.69"]

    assert row(of="promoted", at="12:13:30") == ["12:13:30", *release, *live]


def test_the_response_times_of_both_sides_are_drawn_by_three_percentiles() -> None:
    document = sample("promoted")
    told = {"start": 1795781610.0, "requests": 9, "p50": 0.002, "p95": 0.02, "p99": 0.2}
    for look in (d["evidence"] for d in document["decisions"] if d.get("evidence")):
        for side in ("candidate", "live"):
            look[side]["periods"] = [told]

    drawn = read(document).picture["panels"][3]["series"]

    assert [series["values"] for series in drawn] == [[200], [200], [20], [20], [2], [2]]
    assert [series["is_thin"] for series in drawn] == [False, False, True, True, True, True]


def test_where_no_look_was_the_numbers_are_those_kept_at_the_failure() -> None:
    release = ["92", "15", "0", "—", "0.78", "—", "2.37"]
    live = ["908", "0", "0", "—", "0.9", "—", "3.19"]

    assert row(of="reverted", at="12:15:10") == ["12:15:10", *release, *live]
    assert "It ended before a first look" in page(sample("reverted"))


def test_what_a_side_served_before_the_deployment_is_not_the_release_s() -> None:
    times = [cells[0] for cells in read(sample("rejected")).table("periods")]

    assert times == ["12:15:40"]


@pytest.mark.parametrize("name", ENDED)
def test_the_picture_has_the_numbers_of_the_table(name: str) -> None:
    found = read(sample(name))
    drawn = found.picture["panels"][1]["series"]
    release, live = ([number(cells[i]) for cells in found.table("periods")] for i in (1, 8))

    assert [series["values"] for series in drawn] == [release, live]


def number(text: str) -> float | None:
    return None if text == "—" else float(text.replace("\u202f", ""))


def test_a_newer_look_has_the_last_word_on_a_period() -> None:
    document = sample("promoted")
    looks = [d for d in document["decisions"] if d.get("evidence")]
    for requests, look in zip((7.0, 8.0, 9.0), looks, strict=True):
        for side in ("candidate", "live"):
            look["evidence"][side]["periods"] = [{"start": 1795781610.0, "requests": requests}]

    assert [cells[1] for cells in read(document).table("periods")] == ["9"]


def test_the_split_is_drawn_from_the_first_shift_to_the_way_back() -> None:
    [series] = read(sample("reverted")).picture["panels"][0]["series"]

    assert series["values"] == [0, 10, 0, 0]


def test_each_mark_of_the_picture_is_a_row_of_the_table_and_the_breach_is_one() -> None:
    found = read(sample("reverted"))
    rows = found.table("steps")
    marks = found.picture["marks"]

    assert [f"{mark['number']} {mark['sign']}" for mark in marks] == [cells[0] for cells in rows]
    assert [rows[m["number"] - 1][3] for m in marks if m.get("is_breach")] == [
        "alarm: the release's share of errors (16.3 %, at most 5 % allowed)"
    ]


def test_every_decision_and_answer_is_a_row_with_its_numbers() -> None:
    cells = [" | ".join(row[2:]) for row in read(sample("promoted")).table("steps")]

    assert cells[3:6] == [
        "ShiftTraffic | traffic from 0 % to 10 % | both sides at 3 tasks | the plan",
        "JudgeCandidate | Healthy at 10 %: the step is over | candidate 0 of 194 failed, "
        "live 0 of 1810 failed | the evidence",
        "ShiftTraffic | traffic from 10 % to 50 % | both sides at 3 tasks | the plan",
    ]
    assert [text for text in cells if "load-test" in text] == [
        "— | load-test: pass | 200 of 200 requests by 40 at once: p99 0.019 s (at most 0.5), "
        "0.0 % failed (at most 1) | hook"
    ]


def test_an_alarm_that_a_look_found_firing_is_marked_once() -> None:
    document = sample("promoted")
    for decision in document["decisions"]:
        if evidence := decision.get("evidence"):
            evidence["alarms"] |= {"states": {"lost": "ALARM"}, "reasons": {"lost": "ALARM: two"}}
    found = [cells[3:5] for cells in read(document).table("steps") if "lost" in cells[3]]

    assert found == [["found in alarm: lost", "lost: ALARM: two"]]


def test_what_turned_it_back_says_so_beside_what_the_look_found() -> None:
    document = sample("promoted")
    look = document["decisions"][2]
    look["next"], look["failure"] = "Restore", {"Error": "SplitChanged", "Cause": "by somebody"}
    cells = read(document).table("steps")[4]

    assert cells[3:] == [
        "Healthy at 10 %: take it back",
        "candidate 0 of 194 failed, live 0 of 1810 failed; by somebody",
        "SplitChanged",
    ]


@pytest.mark.parametrize(
    ("name", "headline"),
    [
        ("promoted", "shop 1.1.0 was promoted and stays live"),
        (
            "reverted",
            "shop 1.2.0 was taken back: an alarm fired on the release's share of errors "
            "(16.3 %, at most 5 % allowed)",
        ),
        (
            "rejected",
            "shop 1.3.0 was rejected before a client met it: load-test answered fail: 200 of 200 "
            "requests by 40 at once: p99 1.603 s (at most 0.5), 0.0 % failed (at most 1)",
        ),
    ],
)
def test_the_headline_is_what_became_of_it_and_why(name: str, headline: str) -> None:
    assert read(sample(name)).texts("h1") == [headline]


@pytest.mark.parametrize("name", ENDINGS)
def test_every_ending_has_a_headline_and_says_who_acts(name: str) -> None:
    document = sample("reverted", ending=name, cause=None)
    found = read(document)

    assert found.texts("h1") == [f"shop 1.2.0 {HEADLINES[name].said}"]
    assert {ENDINGS[name].production, ENDINGS[name].who_acts} <= set(found.texts("dd"))


def test_a_release_taken_back_after_its_promotion_is_not_told_as_promoted() -> None:
    ended = {"standby_ending": "StandbyRestored", "standby_cause": "CandidateFailing: too slow"}
    [headline] = read(sample("promoted", **ended)).texts("h1")

    assert headline == "shop 1.1.0 was taken back after its promotion: too slow"


def test_a_deployment_that_runs_yet_and_one_of_another_version_are_told() -> None:
    running = sample("promoted", ending=None, standby_ending=None)

    assert read(running).texts("h1") == ["shop 1.1.0 has not ended yet"]
    assert "ended as Evaporated" in read(sample("reverted", ending="Evaporated")).texts("h1")[0]


def test_the_alarms_that_are_told_in_words_are_those_of_the_stack() -> None:
    stack = (PROJECT / "infra" / "viridian_cdk" / "alarms.py").read_text()

    assert set(re.findall(r'_alarm\(\s*\w+,\s*"(\w+)"', stack)) == set(ALARMS)


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where each member of a document is."""
    for key, told in value.items() if isinstance(value, dict) else ():
        yield (*at, key)
        yield from paths(told, (*at, key))
    if isinstance(value, list) and value:
        yield from paths(value[0], (*at, 0))


@pytest.mark.parametrize("name", ENDED)
def test_a_document_without_one_of_its_members_is_told_without_it(name: str) -> None:
    for path in paths(sample(name)):
        for is_there in (True, False):
            document = sample(name)
            at: Any = document
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = None
            if not is_there:
                del at[path[-1]]
            assert len(read(document).texts("h2")) == 4, path


def test_an_empty_document_is_a_page() -> None:
    assert read({}).texts("h1") == ["A service (no version) has not ended yet"]


def poisoned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: value[key] if key in READ else poisoned(value[key]) for key in value}
    if isinstance(value, list):
        return [poisoned(told) for told in value]
    is_free = isinstance(value, str) and value not in READ and not TIMES.fullmatch(value)
    return HOSTILE if is_free else value


@pytest.mark.parametrize("name", ENDED)
def test_whatever_text_a_record_has_it_stays_text(name: str) -> None:
    document = poisoned(sample(name))
    document["evidence"] = {"tasks": [HOSTILE], "alarms": {HOSTILE: HOSTILE}, "targets": HOSTILE}
    document["controls"] += [{"at": document["admitted_at"], "action": HOSTILE, "by": HOSTILE}]
    found = read(document)

    assert found.picture["panels"]
    assert len(found.texts("script")) == 3
    assert found.texts("img") == []
    assert not {name for _, names in found.shape for name in names if name.startswith("on")}
    assert "<script>parent.hacked" in found.texts("h1")[0]
    assert not re.search("[\u2028\u202e\ud800\x00]", page(document))


def test_it_refers_to_nothing_outside_and_its_policy_names_what_is_inside() -> None:
    text = page(sample("reverted"))
    found = Page(text)
    [policy] = [told["content"] for _, told, _ in found.elements if "http-equiv" in told]
    inside = found.texts("style") + [t for t in found.texts("script") if not t.startswith("{")]
    hashes = {base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in inside}

    assert set(re.findall(r"'sha256-([^']+)'", policy)) == hashes
    assert policy.startswith("default-src 'none';")
    assert not {name for _, names in found.shape for name in names} & {"src", "href", "style"}


@pytest.mark.parametrize("name", ["uPlot.iife.min.js", "uPlot.min.css"])
def test_uplot_is_as_the_locked_package_has_it(name: str) -> None:
    published = PROJECT / "node_modules" / "uplot" / "dist" / name

    assert (FOLDER / "uplot" / name).read_bytes() == published.read_bytes()


def test_a_day_of_looks_is_a_page_that_can_be_read() -> None:
    text = page(day())
    found = Page(text)

    assert len(text.encode()) < 3_000_000
    assert [cells[3] for cells in found.table("steps")] == [
        "the deployment began",
        "traffic from 0 % to 10 %",
        "Healthy at 10 %: watch on (1\u202f440 looks)",
        "was promoted and serves all of production",
    ]
    assert len(found.table("periods")) == 1439
