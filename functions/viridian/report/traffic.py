"""What both sides were asked, and which share of it was the release's, over the whole deployment.

Each look has the newest periods of a side, and so has the evidence of a failure: the newer word on
a period wins, since CloudWatch counts go up as they come.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from viridian.report.times import number, seconds

Period = dict[str, Any]
SIDES = ("candidate", "live")


@dataclass(frozen=True)
class Seen:
    """Periods of both sides, by their start (epoch seconds), in a span of time."""

    candidate: dict[float, Period]
    live: dict[float, Period]
    seconds: float
    is_of_looks: bool

    @property
    def starts(self) -> list[float]:
        """When one of them began, in order."""
        return sorted({*self.candidate, *self.live})

    def column(self, side: str, name: str) -> list[float | None]:
        """One figure of a side in each of the periods; None where it is not known."""
        periods: dict[float, Period] = getattr(self, side)
        return [number(periods.get(start, {}).get(name)) for start in self.starts]


def looks_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The evidence of each look, oldest first."""
    return [d["evidence"] for d in document.get("decisions", ()) if d.get("evidence")]


def seen(document: dict[str, Any]) -> Seen:
    """The periods that are known of a deployment.

    Of its candidate, those since it was admitted: what that side served before was another release.
    """
    period, begun = period_seconds(document), seconds(document.get("admitted_at")) or 0.0
    merged: dict[str, dict[float, Period]] = {side: {} for side in SIDES}
    looks = looks_of(document)
    for side in SIDES:
        first = begun if side == "candidate" else begun - period
        for each in [*(_periods(look, side) for look in looks), _kept(document, side)]:
            for start, told in each:
                if start >= first:
                    merged[side][start] = told
    return Seen(**merged, seconds=period, is_of_looks=bool(looks))


def period_seconds(document: dict[str, Any]) -> float:
    """How long a period of the metrics is."""
    return number(settings_of(document).get("alarms", {}).get("period_seconds")) or 60.0


def settings_of(document: dict[str, Any]) -> dict[str, Any]:
    """The service file as it was when the deployment was admitted."""
    registration = document.get("deployment", {}).get("registration", {})
    settings: dict[str, Any] = registration.get("settings", {})
    return settings


def splits(document: dict[str, Any]) -> list[tuple[float, float]]:
    """The share of the release (percent) from each time on, beginning with none at all."""
    found = [(seconds(document.get("admitted_at")), 0.0)]
    for decision in document.get("decisions", ()):
        if decision.get("state") in ("ShiftTraffic", "VerifyRestored"):
            found.append((seconds(decision.get("at")), number(decision.get("after")) or 0.0))
    return [(at, percent) for at, percent in found if at is not None]


def totals(periods: Iterable[Period]) -> tuple[float, float]:
    """Requests, and those answered with a 5xx."""
    told = list(periods)
    return tuple(  # type: ignore[return-value]
        sum(number(period.get(name)) or 0.0 for period in told) for name in ("requests", "errors")
    )


def _periods(look: dict[str, Any], side: str) -> Iterator[tuple[float, Period]]:
    return _told(look.get(side, {}).get("periods"))


def _kept(document: dict[str, Any], side: str) -> Iterator[tuple[float, Period]]:
    """Those of the evidence, which has the sides by their colours; in words if unreadable."""
    evidence = document.get("evidence", {})
    requests, candidate = evidence.get("requests"), evidence.get("candidate")
    is_known = isinstance(requests, dict) and candidate is not None
    for colour, periods in requests.items() if is_known else ():
        if (colour == candidate) == (side == "candidate"):
            yield from _told(periods)


def _told(periods: Any) -> Iterator[tuple[float, Period]]:
    for period in periods or ():
        start = number(period.get("start"))
        if start is not None:
            yield start, period
