"""An old record is judged again by today's thresholds."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from tests.core.shop import SETTINGS, changed
from viridian.core.backtest import first_restore, looks_again
from viridian.core.evidence.alarms import AlarmStates
from viridian.core.evidence.requests import Period, Traffic
from viridian.core.evidence.step import Evidence
from viridian.core.service.settings import Settings

SHIFTED_AT = 1_800_000_000.0


def record(errors: float) -> dict[str, Any]:
    """One look after the first step of 12 s, at so many errors of 100 requests in a period."""
    starts = [SHIFTED_AT + at for at in (0, 10, 20)]
    periods = tuple(Period(at, 100, 100 - errors, errors) for at in starts)
    live = tuple(Period(at, 900, 900) for at in starts)
    evidence = Evidence(AlarmStates(("5xx",), {"5xx": "OK"}), Traffic(periods), Traffic(live), 0)
    look = {
        "at": "2026-11-01T12:00:30Z",
        "state": "JudgeCandidate",
        "step": {"percent": 10, "bake_seconds": 12},
        "shifted_at": SHIFTED_AT,
        "read_at": SHIFTED_AT + 30,
        "next": "Advance",
        "evidence": asdict(evidence),
    }
    shift = {"at": "2026-11-01T12:00:00Z", "state": "ShiftTraffic", "after": 10}
    return dict(json.loads(json.dumps({"decisions": [shift, look]})))


@pytest.mark.parametrize(
    ("errors", "least", "would"),
    [(0, 20, "Advance"), (0, 10_000, "Watch"), (20, 20, "Restore"), (20, 10_000, "Watch")],
)
def test_the_thresholds_of_the_file_decide_on_the_evidence_of_the_look(
    errors: float, least: int, would: str
) -> None:
    file = changed(SETTINGS, "alarms.minimum_requests", least)

    [again] = looks_again(record(errors), Settings.from_dict(file, "service.yaml"))

    assert (again.percent, again.was, again.would) == (10, "Advance", would)
    assert again.is_other == (would != "Advance")
    assert first_restore([again]) == (again if would == "Restore" else None)
    assert f"{3 * errors:.0f} of 300 failed" in again.reason
