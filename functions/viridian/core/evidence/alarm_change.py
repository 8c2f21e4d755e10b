"""An alarm that went into ALARM: which one, why, and by what it saw when."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from viridian.core.event import said, text
from viridian.core.service.settings import SERVICE_NAME

LATER = 2**53
"""Epoch seconds after any shift: what an alarm saw counts unless it is known to be from before."""


def newest_second(reason_data: Any) -> int | None:
    """The last second of the newest period that an alarm's state rests on, if that is told.

    Of a period in which traffic was shifted nobody knows which part of it was bad: it counts.

    CloudWatch tells it as JSON, in `reasonData` of an event and StateReasonData of DescribeAlarms:
    the points evaluated, or the first one, how many, and the period. `queryDate` is when it looked,
    later than what it saw by the metrics' delay. An alarm that was set by hand tells none.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """
    try:
        told = json.loads(reason_data)
        period = timedelta(seconds=told["period"])
        points = [p["timestamp"] for p in told.get("evaluatedDatapoints", ()) if "value" in p]
        behind = period * (len(told["recentDatapoints"]) - 1) if not points else timedelta()
        newest = max(map(datetime.fromisoformat, points or [told["startDate"]])) + behind
        return int((newest + period).timestamp()) - 1
    except Exception:  # whatever stands there: no breach is lost for it
        return None


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
        """Read the transformed event. Without the data behind it, the alarm saw it as it came.

        Raises EventInvalid when it does not say whose alarm it is; nothing else stops a breach.
        """
        service, alarm = text(event, "service", SERVICE_NAME), text(event, "alarm")
        state, at = event.get("state"), said(event, "at")
        seen_at = newest_second(state.get("reasonData") if isinstance(state, dict) else None)
        reason = said(event, "reason")
        return cls(service, alarm, reason, at, _epoch(at) if seen_at is None else seen_at)

    @property
    def breach(self) -> str:
        """The breach in words, as it is recorded and ends the deployment."""
        return f"{self.alarm} went into ALARM at {self.at}: {self.reason}"


def _epoch(at: str) -> int:
    try:
        return int(datetime.fromisoformat(at).timestamp())
    except ValueError:
        return LATER
