"""Progress that a person enjoys: a live view on a terminal, plain lines everywhere else."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

BAR_WIDTH = 40
ALARM = "in ALARM: "


@dataclass(frozen=True)
class VersionTraffic:
    """What clients get from one version at the moment."""

    version: str
    per_second: float
    failed_percent: float


@dataclass(frozen=True)
class Moment:
    """A deployment as it is now."""

    release: str
    state: str
    explanation: str
    live_version: str
    candidate_version: str
    candidate_percent: int
    firing: tuple[str, ...] = ()
    traffic: tuple[VersionTraffic, ...] = ()
    requests: int = 0
    failed: int = 0
    notes: tuple[str, ...] = ()
    """What a person should know besides: that it is paused, or asks somebody."""


@dataclass
class PlainProgress:
    """One line whenever something changed, with the time since the start."""

    write: Callable[[str], None] = lambda line: print(line, flush=True)
    clock: Callable[[], float] = time.monotonic
    since: float = 0
    _started: float = field(init=False)
    _shown: Moment | None = None

    def __post_init__(self) -> None:
        self._started = self.clock() - self.since

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held."""

    def say(self, text: str) -> None:
        """A line of its own."""
        self.write(f"{self.clock() - self._started:6.1f} s  {text}")

    def show(self, moment: Moment) -> None:
        """State, split, alarms and notes; traffic is told with them where it is counted."""
        before, self._shown = self._shown, moment
        is_changed = before is None or (
            (before.release, before.state, before.candidate_percent)
            != (moment.release, moment.state, moment.candidate_percent)
        )
        counted = f"  {moment.requests} requests, {moment.failed} failed" if moment.requests else ""
        if is_changed and moment.state:
            self.say(
                f"{moment.release}  {moment.state:<20} candidate {moment.candidate_percent:3d} %"
                f"{counted}"
            )
        for news in _news(before, moment):
            self.say(f"{moment.release}  {news}")


class LiveProgress:
    """A panel that is drawn anew several times a second; what was said stays above it."""

    def __init__(self, console: Console | None = None, since: float = 0) -> None:
        self._console = console or Console()
        self._live = Live(console=self._console, refresh_per_second=8, transient=True)
        self._started = time.monotonic() - since
        self._moment: Moment | None = None

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def say(self, text: str, style: str = "") -> None:
        """A line that stays as it is: rich reads no markup in it and breaks no path."""
        elapsed = (f"{self._elapsed:6.1f} s", "dim")
        self._live.console.print(Text.assemble(elapsed, "  ", (text, style)), soft_wrap=True)

    def show(self, moment: Moment) -> None:
        """Draw it; what is new besides is also told."""
        for news in _news(self._moment, moment):
            self.say(news, "red" if news.startswith(ALARM) else "yellow")
        self._moment = moment
        self._live.update(draw(moment, self._elapsed))

    @property
    def _elapsed(self) -> float:
        return time.monotonic() - self._started


Progress = PlainProgress | LiveProgress
"""Where it is told what happens."""


def progress(console: Console | None = None, *, since: float = 0) -> Progress:
    """The one that fits the console, standard output unless given; it began `since` seconds ago."""
    console = console or Console()
    if console.is_terminal:
        return LiveProgress(console, since)
    return PlainProgress(lambda line: print(line, file=console.file, flush=True), since=since)


def _news(before: Moment | None, moment: Moment) -> list[str]:
    """Alarms and notes that the moment before did not have."""
    told, known = (
        [*(f"{ALARM}{alarm}" for alarm in each.firing), *each.notes] if each else []
        for each in (moment, before)
    )
    return [news for news in told if news not in known]


def draw(moment: Moment, elapsed_seconds: float) -> RenderableType:
    """The panel."""
    state = Text(moment.state or "waiting for the upload to be seen", style="bold")
    parts: list[RenderableType] = [
        state,
        Text(moment.explanation, style="dim"),
        Text(),
        _split_bar(moment),
    ]
    if moment.requests:
        parts += [Text(), _traffic_table(moment)]
    parts += [Text(note, style="yellow") for note in ("", *moment.notes) if moment.notes]
    if moment.firing:
        parts.append(Text(ALARM + ", ".join(moment.firing), style="bold red"))
    return Panel(
        Group(*parts),
        title=moment.release,
        subtitle=f"{elapsed_seconds:.0f} s",
        title_align="left",
        subtitle_align="right",
        width=78,
        padding=(1, 2),
    )


def _split_bar(moment: Moment) -> Text:
    candidate = round(BAR_WIDTH * moment.candidate_percent / 100)
    return Text.assemble(
        (f"{moment.live_version:>8} ", "blue"),
        ("█" * (BAR_WIDTH - candidate), "blue"),
        ("▓" * candidate, "green"),
        (f" {moment.candidate_version} {moment.candidate_percent} %", "green"),
    )


def _traffic_table(moment: Moment) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("version", "requests/s", "failing"):
        table.add_column(heading, justify="left" if heading == "version" else "right")
    for line in moment.traffic:
        style = "red" if line.failed_percent else ""
        failing = f"{line.failed_percent:.1f} %"
        table.add_row(line.version, f"{line.per_second:.0f}", failing, style=style)
    table.add_row("so far", f"{moment.requests} requests", f"{moment.failed} failed", style="dim")
    return table
