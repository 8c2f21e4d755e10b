"""How things look on a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from viridian_cli.deployment import in_words

GOOD, BAD, DOUBT = "green", "red", "yellow"
ENDINGS = {"DeploymentPromoted": GOOD, "StandbyRetired": GOOD, "no ending yet": DOUBT}


def table(headings: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> Table:
    """Columns without lines; texts are as they are, no markup."""
    made = Table(box=None, pad_edge=False, header_style="dim")
    for heading in headings:
        made.add_column(heading, overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    return made


def facts(pairs: Iterable[tuple[str, str | Text | None]]) -> Table:
    """What is known of one thing, a line each; what is not is left out."""
    made = Table(box=None, pad_edge=False, show_header=False)
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in pairs:
        if value:
            made.add_row(name, Text(value) if isinstance(value, str) else value)
    return made


def ending(name: str, said: str | None = None) -> Text:
    """Green is live, red came back; what is said of it is its name unless given."""
    return Text(said or name, style=ENDINGS.get(name, BAD))


def moment(at: str | None) -> str:
    """A kept time, shorter; UTC, as everything that is kept."""
    return at[:16].replace("T", " ") if at else ""


def lasted(since: str | None, until: str | None) -> str:
    """How long it took."""
    if not since or not until:
        return ""
    return duration((_time(until) - _time(since)).total_seconds())


def duration(seconds: float) -> str:
    """In the two largest units that there are."""
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    shown = [f"{number} {unit}" for number, unit in parts]
    first = next((n for n, (number, _) in enumerate(parts) if number), len(parts) - 1)
    return " ".join(shown[first : first + 2])


def _time(at: str) -> datetime:
    found = datetime.fromisoformat(at)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def split(weights: Mapping[str, int] | None) -> Text:
    """Each colour's share, the larger first."""
    if weights is None:
        return Text("not known: the rule lacks a target group", style=BAD)
    parts = sorted(weights.items(), key=lambda part: -part[1])
    shown = ((f"{colour} {weight} %  ", colour) for colour, weight in parts if weight)
    return Text.assemble(*shown) or Text("none", style=BAD)


def doing(deployment: Mapping[str, Any] | None) -> Text:
    """What a deployment does now, in words."""
    if deployment is None:
        return Text("none", style="dim")
    phase, state = deployment["phase"], in_words(deployment["state"] or "nothing runs")
    style = {"deploying": "bold", "held": f"bold {BAD}"}.get(phase, "")
    share = f" at {deployment['candidate_percent']} %" if phase == "deploying" else ""
    return Text(f"{phase}{share}: {state}", style=style)


def needs(state: Mapping[str, Any]) -> list[str]:
    """What holds a service up, and what a person can do."""
    deployment = state["deployment"] or {}
    paused, breach = deployment.get("paused"), deployment.get("breach")
    return [
        *([state["stopped"] + " (viridian go ends it)"] if state["stopped"] else []),
        *held_up(state["service"], paused, breach, state["asked"]),
        *(f"{each} waits for its turn" for each in state["waiting"]),
    ]


def held_up(
    service: str, paused: str | None, breach: str | None, asked: Iterable[str]
) -> tuple[str, ...]:
    """What holds one deployment up."""
    return (
        *([f"{paused} (viridian resume {service})"] if paused else []),
        *([f"going back: {breach}"] if breach else []),
        *(f"asks {key} (viridian approve {service} --key {key})" for key in asked),
    )
