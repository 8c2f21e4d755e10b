"""The alarms that watch a side: which fire, which say nothing, which do not exist."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from viridian.core.errors import CandidateFailing, PreflightFailed

LATER = 2**53
"""Epoch seconds after any shift: what an alarm saw counts unless it is known to be from before."""


def newest_period(reason_data: Any) -> int | None:
    """When the newest period began that an alarm's state rests on, epoch seconds, if that is told.

    CloudWatch tells it as JSON, in `reasonData` of an event and StateReasonData of DescribeAlarms:
    the points evaluated, or the first one, how many, and the period. `queryDate` is when it looked,
    later than what it saw by the metrics' delay. An alarm that was set by hand tells none.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """
    try:
        told = json.loads(reason_data)
        points = [p["timestamp"] for p in told.get("evaluatedDatapoints", ()) if "value" in p]
        if points:
            return max(int(datetime.fromisoformat(at).timestamp()) for at in points)
        behind = timedelta(seconds=told["period"] * (len(told["recentDatapoints"]) - 1))
        return int((datetime.fromisoformat(told["startDate"]) + behind).timestamp())
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


@dataclass(frozen=True)
class AlarmStates:
    """The watched alarms, and the states of those that CloudWatch knows.

    `seen_at` tells of some when the newest period began that brought them there (epoch seconds).
    """

    watched: tuple[str, ...]
    states: Mapping[str, str]
    seen_at: Mapping[str, int] = field(default_factory=dict)

    @property
    def firing(self) -> list[str]:
        """Names of those in ALARM."""
        return [name for name in self.watched if self.states.get(name) == "ALARM"]

    def firing_from_before(self, shifted_at: float) -> list[str]:
        """Names of those in ALARM by what they saw before: as the candidate booted and was warmed.

        An alarm of which that is not known is not among them.
        """
        return [name for name in self.firing if self.seen_at.get(name, LATER) < int(shifted_at)]

    @property
    def without_data(self) -> list[str]:
        """Names of those that exist and say neither OK nor ALARM: they cannot tell."""
        return [name for name in self.watched if self.states.get(name, "OK") not in ("OK", "ALARM")]

    @property
    def missing(self) -> list[str]:
        """Names of those that CloudWatch did not answer for: that is not OK."""
        return [name for name in self.watched if name not in self.states]

    def require_quiet(self) -> None:
        """Raise CandidateFailing when one is in ALARM."""
        if self.firing:
            raise CandidateFailing(f"in ALARM: {', '.join(self.firing)}")

    def require_clear(self, shared: Iterable[str]) -> None:
        """Raise PreflightFailed when one does not exist, or a shared one fires already.

        An alarm that is in ALARM sends no event again, so it could not stop the deployment.
        """
        if self.missing:
            raise PreflightFailed(
                f"alarms not found: {', '.join(self.missing)}; deploy the service's stack again"
            )
        if names := [name for name in shared if name in self.firing]:
            raise PreflightFailed(
                f"already in ALARM: {', '.join(names)}; clear the alarm, then deploy again"
            )


@dataclass(frozen=True)
class AlarmChange:
    """An alarm that went into ALARM, as the service's EventBridge rule hands it over."""

    service: str
    alarm: str
    reason: str
    at: str
    seen_at: int

    @classmethod
    def from_event(cls, event: dict[str, Any]) -> "AlarmChange":
        """Read the transformed event. Without the data behind it, the alarm saw it as it came."""
        state = event.get("state")
        seen_at = newest_period(state.get("reasonData") if isinstance(state, dict) else None)
        return cls(
            event["service"],
            event["alarm"],
            event["reason"],
            event["at"],
            _epoch(event["at"]) if seen_at is None else seen_at,
        )

    @property
    def breach(self) -> str:
        """The breach in words, as it is recorded and ends the deployment."""
        return f"{self.alarm} went into ALARM at {self.at}: {self.reason}"


def _epoch(at: str) -> int:
    try:
        return int(datetime.fromisoformat(at).timestamp())
    except ValueError:
        return LATER
