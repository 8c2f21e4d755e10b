"""What can be made to go wrong, and how late metrics are."""

from dataclasses import dataclass, field

from emulator.interference import Interferences

LONGEST_SECONDS = {
    "metric_interval_seconds": 60,
    "metric_delay_seconds": 120,
    "late_metric_seconds": 120,
}


@dataclass
class Faults:
    """`silence_metrics`: no load balancer metric reaches CloudWatch.
    `drop_alarm_events`: alarms change their state but EventBridge never hears of it.
    `metric_interval_seconds`: how often load balancers report; on AWS 60.
    `metric_delay_seconds`: how long after that CloudWatch has it; on AWS a minute or two.
    `late_metric_seconds`: how much later still it has the odd seconds' part, as from a slower node.
    `interferences`: what goes wrong in one place.
    """

    silence_metrics: bool = False
    drop_alarm_events: bool = False
    metric_interval_seconds: int = 1
    metric_delay_seconds: int = 0
    late_metric_seconds: int = 0
    interferences: Interferences = field(default_factory=Interferences, compare=False)

    def change(self, **wanted: bool | int) -> None:
        """Raise ValueError, with nothing changed, for what is no fault or no value of one."""
        unknown = wanted.keys() - (vars(self).keys() - {"interferences"})
        if unknown:
            raise ValueError(f"no such fault: {', '.join(sorted(unknown))}")
        for name, value in wanted.items():
            _require_possible(name, value)
        for name, value in wanted.items():
            setattr(self, name, value)

    def arrival(self, second: int) -> int | None:
        """When the datapoints of this second come to CloudWatch; None if they never do."""
        if self.silence_metrics:
            return None
        reported = second - second % self.metric_interval_seconds + self.metric_interval_seconds
        late = self.late_metric_seconds if second % 2 else 0
        return reported + self.metric_delay_seconds + late


def _require_possible(name: str, value: bool | int) -> None:
    longest = LONGEST_SECONDS.get(name)
    if longest is None and not isinstance(value, bool):
        raise ValueError(f"{name}: wanted true or false, found {value!r}")
    least = 1 if name == "metric_interval_seconds" else 0
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if longest is not None and not (is_number and least <= value <= longest):
        raise ValueError(f"{name}: wanted whole seconds from {least} to {longest}, found {value!r}")
