"""Progress on a terminal and off it."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from viridian_cli.progress import LiveProgress, Moment, PlainProgress, VersionTraffic

MOMENT = Moment(
    release="shop 1.1.0",
    state="Bake",
    explanation="Watch one step.",
    live_version="1.0.0",
    candidate_version="1.1.0",
    candidate_percent=10,
    traffic=(VersionTraffic("1.0.0", 180, 0), VersionTraffic("1.1.0", 20, 25)),
    requests=400,
    failed=5,
)


@pytest.fixture
def plain() -> tuple[PlainProgress, list[str]]:
    lines: list[str] = []
    return PlainProgress(lines.append, iter(range(100)).__next__), lines


def test_a_line_is_told_with_its_time(plain: tuple[PlainProgress, list[str]]) -> None:
    progress, lines = plain
    progress.say("uploading")
    assert lines == ["   1.0 s  uploading"]


def test_a_change_of_state_or_split_is_one_line(plain: tuple[PlainProgress, list[str]]) -> None:
    progress, lines = plain
    progress.show(MOMENT)
    progress.show(replace(MOMENT, requests=500))
    progress.show(replace(MOMENT, candidate_percent=50))
    assert len(lines) == 2
    assert "Bake" in lines[0]
    assert "candidate  10 %" in lines[0]
    assert "candidate  50 %" in lines[1]


def test_an_alarm_is_told_when_it_begins(plain: tuple[PlainProgress, list[str]]) -> None:
    progress, lines = plain
    for firing in ((), ("errors",), ("errors",)):
        progress.show(replace(MOMENT, firing=firing))
    assert [line for line in lines if "ALARM" in line] == ["   2.0 s  shop 1.1.0  in ALARM: errors"]


def test_before_the_deployment_is_seen_nothing_is_told(
    plain: tuple[PlainProgress, list[str]],
) -> None:
    progress, lines = plain
    progress.show(replace(MOMENT, state=""))
    assert lines == []


def test_the_live_view_tells_a_line_as_it_is() -> None:
    screen = io.StringIO()
    with LiveProgress(Console(file=screen, width=20)) as progress:
        progress.say("OSError: [Errno 98] in use [/red]")
    assert "OSError: [Errno 98] in use [/red]" in screen.getvalue()


def test_the_live_view_shows_state_split_traffic_and_alarms() -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100)
    with LiveProgress(console) as progress:
        progress.say("uploading")
        progress.show(replace(MOMENT, firing=("errors",)))
    seen = screen.getvalue()
    for part in ("uploading", "Bake", "Watch one step.", "1.1.0 10 %", "25.0 %", "errors"):
        assert part in seen
