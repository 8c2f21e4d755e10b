"""What a person may ask for, read at the door."""

import re
from typing import Any

import pytest

from viridian.core.control import Control
from viridian.core.errors import ControlInvalid

PAUSE = {"action": "pause", "service": "shop", "by": "alice", "reason": "the queue grows"}


def test_a_control_is_read() -> None:
    assert Control.from_dict(PAUSE) == Control("pause", "alice", "the queue grows", "shop")


def test_all_that_is_wrong_is_told_at_once_with_its_path() -> None:
    wrong = {"action": "Pause", "service": "Shop", "by": " ", "deployment": "x", "percent": 0}

    with pytest.raises(ControlInvalid) as refused:
        Control.from_dict(wrong)

    paths = re.findall(r"^(control\S*?):", str(refused.value), re.M)
    assert paths == [
        *("control.action", "control.by", "control.reason", "control.service", "control.percent"),
        "control.deployment",
    ]
    assert "one of rollback, abort, pause, resume, skip, ship, stop, go" in str(refused.value)


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({"action": "abort", "service": None}, "control.service: is missing; abort needs it"),
        ({"action": "stop"}, "control.service: stop is for every service; leave it out"),
        ({"action": "skip"}, "control.percent: is missing; name the step"),
        ({"action": "ship", "percent": 10}, "control.percent: is for skip alone"),
        (
            {"action": "go", "service": None, "deployment_id": "x"},
            "control.deployment_id: go is for every deployment",
        ),
        ({"reason": "two\nlines"}, "control.reason: must be a line of at most 200"),
    ],
)
def test_what_does_not_fit_together_is_refused(members: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ControlInvalid, match=f"^{complaint}"):
        Control.from_dict({**PAUSE, **members})
