"""CloudWatch: metrics are read by their dimensions, alarms keep their metric math, events are sent.

Alarms are evaluated by `emulator.alarms`, which works on `store`.
"""

from collections.abc import Callable

from emulator.repairs.cloudwatch import alarms, metrics


def apply(events_are_dropped: Callable[[], bool]) -> None:
    alarms.apply(events_are_dropped)
    metrics.apply()
