"""What can be made to go wrong."""

from dataclasses import dataclass


@dataclass
class Faults:
    """`silence_metrics`: no load balancer metric reaches CloudWatch.
    `drop_alarm_events`: alarms change their state but EventBridge never hears of it."""

    silence_metrics: bool = False
    drop_alarm_events: bool = False

    def change(self, **wanted: bool) -> None:
        unknown = wanted.keys() - vars(self).keys()
        if unknown:
            raise ValueError(f"no such fault: {', '.join(sorted(unknown))}")
        for name, on in wanted.items():
            setattr(self, name, on)
