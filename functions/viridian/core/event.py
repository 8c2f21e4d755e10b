"""Reading what an event tells: it was made by AWS, and may still be anything."""

from datetime import datetime
from typing import Any

from viridian.core.errors import EventInvalid
from viridian.core.schema import Limits, read_text

TIME = Limits(
    pattern=r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z",
    hint="a time of UTC, 2026-11-01T12:00:00Z",
    reads=datetime.fromisoformat,
)
ANYTHING = Limits()
LONGEST_SAID = 1_024
"""Characters; CloudWatch's reasons have 1 023 at most."""


def text(event: Any, path: str, limits: Limits = ANYTHING) -> str:
    """The text at a dotted path; raises EventInvalid, naming the path, when there is none."""
    return read_text(at(event, path), f"event.{path}", EventInvalid, limits)


def said(event: Any, path: str) -> str:
    """What is said there besides, as it can be kept; empty when it is no text."""
    found = at(event, path)
    return found[:LONGEST_SAID].encode(errors="replace").decode() if isinstance(found, str) else ""


def caller(event: Any) -> str:
    """Who made a call, as CloudTrail tells of it, with its time at the front; raises EventInvalid
    without that.
    """
    names = (said(event, f"identity.{name}") for name in ("arn", "invokedBy", "type"))
    who = next(filter(None, names), "somebody")
    return f"{text(event, 'at', TIME)} by {who} from {said(event, 'ip')}"


def at(event: Any, path: str) -> Any:
    """What is at a dotted path; None when there is nothing."""
    for name in path.split("."):
        event = event.get(name) if isinstance(event, dict) else None
    return event
