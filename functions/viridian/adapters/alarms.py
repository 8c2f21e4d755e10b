"""CloudWatch alarms: read only. Nothing of Viridian may set or delete one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from viridian.adapters.clients import client

PAGE = 100
"""The most alarm names that one DescribeAlarms takes."""


@dataclass(frozen=True)
class Alarms:
    """Alarms by name."""

    cloudwatch: Any

    @classmethod
    def from_session(cls) -> "Alarms":
        """Alarms, with a client of their own."""
        return cls(client("cloudwatch"))

    def states(self, names: Iterable[str]) -> dict[str, str]:
        """State by name. A name that CloudWatch does not know is absent: that is not OK."""
        found: dict[str, str] = {}
        wanted = list(names)
        for start in range(0, len(wanted), PAGE):
            answer = self.cloudwatch.describe_alarms(
                AlarmNames=wanted[start : start + PAGE],
                AlarmTypes=["MetricAlarm", "CompositeAlarm"],
                MaxRecords=PAGE,
            )
            for alarm in (*answer["MetricAlarms"], *answer["CompositeAlarms"]):
                found[alarm["AlarmName"]] = alarm["StateValue"]
        return found
