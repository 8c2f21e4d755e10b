"""CloudWatch alarms: read only. Nothing of Viridian may set or delete one."""

from dataclasses import dataclass
from typing import Any

from boto3.session import Session

from viridian.adapters.clients import client
from viridian.core.evidence.alarm_change import newest_second
from viridian.core.evidence.alarms import AlarmStates

PAGE = 100
"""The most alarm names that one DescribeAlarms takes."""


@dataclass(frozen=True)
class Alarms:
    """Alarms by name."""

    cloudwatch: Any

    @classmethod
    def from_session(cls, session: Session | None = None) -> "Alarms":
        """Alarms, with a client of their own."""
        return cls(client("cloudwatch", session))

    def states(self, watched: tuple[str, ...]) -> AlarmStates:
        """The states of these alarms now; one call for each hundred of them."""
        found: dict[str, str] = {}
        seen_at: dict[str, int] = {}
        reasons: dict[str, str] = {}
        for start in range(0, len(watched), PAGE):
            answer = self.cloudwatch.describe_alarms(
                AlarmNames=list(watched[start : start + PAGE]),
                AlarmTypes=["MetricAlarm", "CompositeAlarm"],
                MaxRecords=PAGE,
            )
            for alarm in (*answer["MetricAlarms"], *answer["CompositeAlarms"]):
                found[alarm["AlarmName"]] = alarm["StateValue"]
                if alarm["StateValue"] != "OK":
                    told = alarm.get("StateReason", "no reason given")
                    reasons[alarm["AlarmName"]] = f"{alarm['StateValue']}: {told}"
                if (second := newest_second(alarm.get("StateReasonData"))) is not None:
                    seen_at[alarm["AlarmName"]] = second
        return AlarmStates(watched, found, seen_at, reasons)
