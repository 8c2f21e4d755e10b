"""DORA's figures: what is a change, which failed, and how long each thing took."""

from dataclasses import replace
from typing import Any

import pytest

from tests.core.test_phase import DECISION, ENDED, RECORD, STOOD_BY
from viridian.core.dora import figures, measures
from viridian.core.phase import Phase, changes

ASKED, SHIFTED = "2026-11-01T11:50:00Z", "2026-11-01T11:58:30+00:00"
PROMOTED = RECORD | {
    "ending": "DeploymentPromoted",
    "asked_at": ASKED,
    "ended_at": "2026-11-01T12:10:00.000Z",
}
TIMES = {"first_shifted_at": SHIFTED, "restored_at": "2026-11-01T12:00:00.000Z"}
REVERTED = ENDED | TIMES
TAKEN_BACK = STOOD_BY | TIMES | {"ending": "DeploymentPromoted", "asked_at": ASKED}


def phase_of(new: dict[str, Any], old: dict[str, Any]) -> Phase:
    [phase] = changes(old, new)
    return phase


def test_the_figures_are_of_what_clients_met() -> None:
    rejected = RECORD | {"ending": "CandidateRejected"}
    stopped = RECORD | {"ending": "DeploymentStopped"}

    found = figures([PROMOTED, PROMOTED, REVERTED, TAKEN_BACK, rejected, stopped, RECORD], 8)

    assert (found.changes, found.failed, found.changes_per_day) == (4, 2, 0.5)
    assert found.change_failure_percent == 50
    assert found.restore_seconds == 90
    assert found.lead_time_seconds == 20 * 60, "the median of three"


def test_of_nothing_nothing_is_known() -> None:
    found = figures([RECORD], 30)

    assert (found.changes, found.failed, found.changes_per_day) == (0, 0, 0)
    assert (found.lead_time_seconds, found.change_failure_percent) == (None, None)
    assert found.restore_seconds is None


def test_an_older_record_does_not_tell_when_it_was_asked_for_nor_how_long_it_hurt() -> None:
    older = {name: value for name, value in PROMOTED.items() if name != "asked_at"}

    assert figures([older], 1).lead_time_seconds == 10 * 60, "since it was admitted"
    assert figures([ENDED], 1).restore_seconds is None


@pytest.mark.parametrize(
    ("new", "old", "told"),
    [
        (RECORD, {}, {"CandidatePercent": 0}),
        (DECISION, {}, {"CandidatePercent": 50}),
        (PROMOTED, RECORD, {"Promotions": 1, "LeadTime": 1200}),
        (REVERTED, RECORD, {"ChangeFailures": 1, "TimeToRestore": 90}),
        (ENDED, RECORD, {"ChangeFailures": 1}),
        (ENDED | {"ending": "CandidateRejected"}, RECORD, {}),
        (TAKEN_BACK, PROMOTED | {"ended_at": TAKEN_BACK["ended_at"]}, {"ChangeFailures": 1}),
        (
            TAKEN_BACK | {"standby_ending": "StandbyRetired"},
            TAKEN_BACK | {"standby_ended_at": 0},
            {},
        ),
    ],
)
def test_a_phase_adds_to_the_metrics(
    new: dict[str, Any], old: dict[str, Any], told: dict[str, float]
) -> None:
    found = measures(phase_of(new, old), new)

    assert {name: found[name] for name in found if name in told} == told
    assert set(found) - set(told) <= {"TimeToRestore"}


def test_a_failure_is_counted_once() -> None:
    """A guardian's execution may end a deployment that was reverted a second time."""
    ended = phase_of(STOOD_BY, ENDED)

    assert measures(ended, STOOD_BY) == {}
    assert measures(replace(ended, phase="ended"), STOOD_BY) == {"ChangeFailures": 1}
