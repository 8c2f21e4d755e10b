"""The figures of a demo."""

import json
from pathlib import Path
from typing import Any

import pytest

from rehearsal.demo.record import Record
from rehearsal.demo.summary import (
    complaints,
    figures_of,
    in_short,
    outcome_of,
    summary_of,
    write_summary,
)
from rehearsal.traffic import Answer, Answers
from viridian_cli.deployment import Ending, Sight

Visits = tuple[tuple[float, str], ...]
UPLOADED = 1000.0
VISITS = (
    (0, "AdmitRequest"),
    (11.5, "JudgeCandidate"),
    (11.6, "WhatNext"),
    (11.7, "RestoreTraffic"),
)


def record(
    *sights: Any, status: str = "FAILED", error: str | None = None, visits: Visits = ()
) -> Record:
    """Sights as (seconds after the upload, candidate's percent, alarms in ALARM); how it ended."""
    seen = tuple(
        Sight(UPLOADED + at, "RUNNING", "Bake", percent, tuple(firing))
        for at, percent, *firing in sights
    )
    entered = tuple((name, UPLOADED + at) for at, name in visits)
    ending = Ending(status, error, error and "an alarm", entered)
    return Record("shop", "1.2.0", "id", UPLOADED, seen, ending)


def promoted() -> Record:
    return record((0, 0), (5, 10), (20, 50), (30, 100), (40, 100), status="SUCCEEDED")


def reverted() -> Record:
    return record(
        *((0, 0), (5, 10), (11.25, 10), (11.5, 10, "errors"), (12, 0, "errors"), (18, 0, "errors")),
        error="DeploymentReverted",
        visits=VISITS,
    )


def rejected() -> Record:
    return record((0, 0), (9, 0), error="CandidateRejected")


def answers(*found: tuple[float, int, str]) -> Answers:
    """Answers as (seconds after the upload, status, version)."""
    counted = Answers()
    counted.add(Answer(UPLOADED + at, 0.01, status, version) for at, status, version in found)
    return counted


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        (promoted(), "promoted"),
        (reverted(), "reverted"),
        (record((0, 0), (9, 0)), "rejected"),
        (record((0, 0), (9, 0), error="DeploymentReverted"), "reverted"),
        (record((0, 0), (5, 10), (9, 10), error="DeploymentReverted"), "unrestored"),
        (record((0, 0), (5, 10), (9, 10), error="RestoreHeld"), "unrestored"),
        (record((0, 0), (5, 10), (9, 0), error="RestoreUnverified"), "unrestored"),
        (record((0, 0), (5, 100), status="TIMED_OUT"), "unrestored"),
        (record((0, 0), (5, 50), status="SUCCEEDED"), "unrestored"),
        (record((0, 0), (9, 0), status="SUCCEEDED"), "rejected"),
    ],
)
def test_the_outcome_is_what_the_rule_and_the_execution_say(seen: Record, outcome: str) -> None:
    assert outcome_of(seen) == outcome


def test_each_change_of_the_split_is_told_once_with_its_time() -> None:
    figures = figures_of(promoted(), answers())
    assert figures.splits == [(0, 0), (5, 10), (20, 50), (30, 100)]
    assert figures.duration_s == 40.0


def test_the_restore_is_measured_from_the_last_look_before_the_alarm() -> None:
    assert figures_of(reverted(), answers()).breach_to_restored_ms == 750


def test_without_an_alarm_it_is_measured_from_the_judgement() -> None:
    seen = record((0, 0), (5, 10), (12, 0), visits=VISITS)
    assert figures_of(seen, answers()).breach_to_restored_ms == 500


def test_an_alarm_before_the_first_shift_is_no_breach() -> None:
    assert record((0, 0, "errors"), (5, 0, "errors")).breached_at is None


def test_a_promotion_has_no_restore() -> None:
    figures = figures_of(promoted(), answers((35, 500, "1.2.0")))
    assert (figures.breach_to_restored_ms, figures.failed_after_restore) == (None, None)


def test_failures_are_told_apart_by_the_restore() -> None:
    seen = answers((6, 500, "1.2.0"), (7, 200, "1.2.0"), (11, 200, "1.1.0"), (13, 0, "-"))
    figures = figures_of(reverted(), seen)
    assert figures.failed_while_deploying == 2
    assert figures.failed_after_restore == 1
    assert figures.candidate_requests == 2
    assert figures.candidate_requests_after_restore == 0


def test_transitions_are_the_states_of_the_history() -> None:
    assert figures_of(reverted(), answers()).state_transitions == len(VISITS)


def test_right_endings_give_no_complaint() -> None:
    assert complaints(figures_of(promoted(), answers()), "promoted") == []
    assert complaints(figures_of(reverted(), answers((6, 500, "1.2.0"))), "reverted") == []
    assert complaints(figures_of(rejected(), answers((6, 200, "1.1.0"))), "rejected") == []


@pytest.mark.parametrize(
    ("seen", "found", "expected", "complaint"),
    [
        (reverted(), answers(), "promoted", "wanted promoted, found reverted: an alarm"),
        (promoted(), answers(), "reverted", "wanted reverted, found promoted: None"),
        (promoted(), answers((6, 500, "1.2.0")), "promoted", "wanted no failed request, found 1"),
        (
            reverted(),
            answers((13, 500, "1.1.0")),
            "reverted",
            "wanted none failed after the restore, found 1",
        ),
        (rejected(), answers((6, 200, "1.2.0")), "rejected", "wanted no request to it, found 1"),
        (rejected(), answers((6, 0, "-")), "rejected", "wanted no failed request, found 1"),
    ],
)
def test_a_wrong_ending_is_told_with_the_comparison(
    seen: Record, found: Answers, expected: str, complaint: str
) -> None:
    assert complaints(figures_of(seen, found), expected) == [f"shop 1.2.0: {complaint}"]


def test_the_summary_counts_the_traffic_of_the_whole_demo(tmp_path: Path) -> None:
    seen = answers((-1, 200, "1.1.0"), (6, 500, "1.2.0"), (13, 0, "-"))
    summary = summary_of([figures_of(reverted(), seen)], seen)
    assert summary["traffic"] == {
        "requests": 3,
        "failed": 2,
        "by_version": {"-": {"0": 1}, "1.1.0": {"200": 1}, "1.2.0": {"500": 1}},
        "failed_after_restore": 1,
        "requests_per_second": 0.1,
    }
    assert json.loads(write_summary(summary, tmp_path).read_text())["traffic"]["requests"] == 3


def test_in_short_it_says_what_became_of_each_release() -> None:
    seen = answers((6, 500, "1.2.0"), (7, 200, "1.2.0"))
    assert in_short(summary_of([figures_of(reverted(), seen)], seen)).splitlines() == [
        "shop 1.2.0  reverted in 18 s  (0 % → 10 % → 0 %)",
        "  2 requests to it, 1 failed meanwhile",
        "  restored 750 ms after the breach, 0 failed from then on",
        "2 requests at 1/s, 1 failed",
    ]


def test_in_short_it_says_why_a_release_was_rejected() -> None:
    seen = answers((6, 200, "1.1.0"), (7, 200, "1.1.0"))
    assert in_short(summary_of([figures_of(rejected(), seen)], seen)).splitlines() == [
        "shop 1.2.0  rejected in 9 s  (0 %)",
        "  0 requests to it, 0 failed meanwhile",
        "  an alarm",
        "2 requests at 1/s, 0 failed",
    ]
