"""Times and numbers as a person reads them: always UTC, never more digits than tell something."""

import math
from datetime import UTC, datetime
from typing import Any

from viridian.report.markup import NOTHING, Markup, tag

DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS = 86_400, 3_600, 60


def seconds(text: Any) -> float | None:
    """Epoch seconds of a time (ISO 8601); None where there is none."""
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return at.replace(tzinfo=at.tzinfo or UTC).timestamp()


def number(value: Any) -> float | None:
    """A finite number, or None."""
    is_number = isinstance(value, (int, float)) and math.isfinite(value)
    return value if is_number else None


def clock(at: float) -> str:
    """The time of the day: 12:15:21."""
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")


def moment(at: float | None) -> Markup:
    """Date and time, for machines as well."""
    if at is None:
        return Markup("not known")
    when = datetime.fromtimestamp(at, UTC)
    return tag("time", f"{when:%Y-%m-%d %H:%M:%S} UTC", datetime=when.isoformat(timespec="seconds"))


def lasting(span: float) -> str:
    """A duration in its two largest units: 2 h 5 min, 83 s."""
    whole = round(span)
    if whole < 2 * MINUTE_SECONDS:
        return f"{whole} s"
    if whole < HOUR_SECONDS:
        return _two(whole, MINUTE_SECONDS, "min", 1, "s")
    if whole < DAY_SECONDS:
        return _two(whole, HOUR_SECONDS, "h", MINUTE_SECONDS, "min")
    return _two(whole, DAY_SECONDS, "d", HOUR_SECONDS, "h")


def _two(whole: int, large: int, name: str, small: int, small_name: str) -> str:
    rest = whole % large // small
    return f"{whole // large} {name}" + (f" {rest} {small_name}" if rest else "")


def figure(value: float | None) -> str:
    """A number with spaces between its thousands; a dash where none is known."""
    if value is None:
        return NOTHING
    return f"{value:,.2f}".removesuffix(".00").replace(",", "\u202f")


def count(value: float | None, of: str) -> str:
    """How many of something: 1 task, 2 tasks."""
    return f"{figure(value)} {of}{'' if value == 1 else 's'}"


def milliseconds(value: float | None) -> str:
    """Seconds as milliseconds, to three digits; a dash where none are known."""
    return NOTHING if value is None else f"{float(f'{1000 * value:.3g}'):g}"
