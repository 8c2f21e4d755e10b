"""DORA's figures of one service and of all, of the days that were asked for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cli.automation import Automation
from tests.cli.conftest import Told
from viridian_cli.views import duration


def ago(**time: float) -> str:
    return (datetime.now(UTC) - timedelta(**time)).isoformat()


PROMOTED = {"ending": "DeploymentPromoted", "asked_at": ago(hours=3), "ended_at": ago(hours=1)}
REVERTED = {
    "ending": "DeploymentReverted",
    "ended_at": ago(days=2),
    "first_shifted_at": ago(days=2, seconds=90),
    "restored_at": ago(days=2),
}


@pytest.fixture
def kept(automation: Automation) -> Automation:
    for n, record in enumerate([PROMOTED, REVERTED, REVERTED | {"ended_at": ago(days=8)}]):
        automation.keep(f"DEPLOYMENT#shop-{n}", version="1", admitted_at=ago(days=9), **record)
    return automation


def test_the_figures_are_of_the_days_asked_for(kept: Automation) -> None:
    [week] = Told("dora", "shop", "--days", "7", "--json").document
    [month] = Told("dora", "--json").document

    assert (week["service"], week["days"], week["changes"], week["failed"]) == ("shop", 7, 2, 1)
    assert (week["lead_time_seconds"], week["restore_seconds"]) == (7200, 90)
    assert week["change_failure_percent"] == 50
    assert (month["days"], month["changes"], month["failed"]) == (30, 3, 2)


def test_a_person_reads_times_and_what_is_not_known(kept: Automation) -> None:
    told = Told("dora", "shop", "--days", "1").out.splitlines()[1]

    assert told.split("  ") != []
    assert "2 h 0 min" in told
    assert told.rstrip().endswith("-"), "nothing failed, so nothing was restored"


def test_a_service_that_is_none_is_said(automation: Automation) -> None:
    assert Told("dora", "shpo").code == 1


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.4, "0 s"), (61, "1 min 1 s"), (7200, "2 h 0 min"), (90_000, "1 d 1 h")],
)
def test_a_time_has_its_two_largest_units(seconds: float, told: Any) -> None:
    assert duration(seconds) == told
