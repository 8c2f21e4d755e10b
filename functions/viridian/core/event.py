"""Reading what an event tells: it was made by AWS, and may still be anything."""

from typing import Any

from viridian.core.errors import EventInvalid


def text(event: Any, path: str) -> str:
    """The text at a dotted path; raises EventInvalid, naming the path, when there is none."""
    found = event
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, str) or not found:
        raise EventInvalid(f"event.{path}: must be a text, found {type(found).__name__}")
    return found
