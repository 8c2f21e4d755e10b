"""Freezes: when they last, and what is said of one that does."""

from datetime import datetime

import pytest

from viridian.core.errors import DeploymentFrozen
from viridian.core.service.freeze import CRON, ZONE, Freeze, require_thawed

WEEKEND = Freeze("0 17 * * FRI", 60 * 63, "Europe/Paris")
"""From Friday at five until Monday at eight."""


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-11-27T15:59:59+00:00", None),
        ("2026-11-27T16:00:00+00:00", "2026-11-30T07:00:00+00:00"),
        ("2026-11-29T12:00:00+01:00", "2026-11-30T07:00:00+00:00"),
        ("2026-11-30T06:59:59+00:00", "2026-11-30T07:00:00+00:00"),
        ("2026-11-30T07:00:00+00:00", None),
        ("2026-07-03T15:00:00+00:00", "2026-07-06T06:00:00+00:00"),
    ],
)
def test_it_lasts_from_its_beginning_by_the_clock_of_its_zone(at: str, end: str | None) -> None:
    found = WEEKEND.ends(datetime.fromisoformat(at))

    assert (found and found.isoformat()) == end


def test_it_is_said_which_one_and_until_when() -> None:
    friday = datetime.fromisoformat("2026-11-27T20:00:00+00:00")
    wanted = r"settings\.freezes\[1\]: 0 17 .* lasts until 2026-11-30T07:00:00\+00:00; .*override"

    with pytest.raises(DeploymentFrozen, match=wanted):
        require_thawed((Freeze("0 0 1 1 *", 60), WEEKEND), now=friday)


@pytest.mark.parametrize("text", ["0 17 * * *", "*/5 0-6 1,15 DEC *", "0 0 L * *"])
def test_five_fields_of_cron_are_taken(text: str) -> None:
    assert CRON.take(text)


@pytest.mark.parametrize("text", ["0 0 30 2 *", "0 17 * *", "0 0 17 * * *", "61 * * * *"])
def test_what_never_comes_or_is_no_cron_is_not(text: str) -> None:
    assert not CRON.take(text)


@pytest.mark.parametrize("text", ["Mars/Olympus", "../../etc/passwd", "", "Europe"])
def test_a_zone_that_there_is_not_is_not_taken(text: str) -> None:
    assert not ZONE.take(text)
