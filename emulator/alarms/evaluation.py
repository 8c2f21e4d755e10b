"""Whether an alarm is in ALARM, as CloudWatch decides it.

CloudWatch looks at more periods than an alarm evaluates. When it finds enough datapoints among
them it takes the newest ones and missing data does not count; otherwise the missing ones are filled
as `TreatMissingData` says. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
alarms-and-missing-data.html has the tables that the tests repeat. Pure: no clock, no store.
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

OK = "OK"
ALARM = "ALARM"
INSUFFICIENT_DATA = "INSUFFICIENT_DATA"
EXTRA_PERIODS = 2  # AWS does not give the number; its documented tables show 5 for 3

COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}


@dataclass(frozen=True)
class Conditions:
    """What an alarm compares: `datapoints_to_alarm` (M) of `evaluation_periods` (N)."""

    comparison: str
    threshold: float
    evaluation_periods: int = 1
    datapoints_to_alarm: int | None = None
    missing_data: str = "missing"

    @property
    def needed(self) -> int:
        return self.datapoints_to_alarm or self.evaluation_periods

    @property
    def range_periods(self) -> int:
        """How many periods to look at."""
        return self.evaluation_periods + EXTRA_PERIODS

    def is_breaching(self, value: float) -> bool:
        return COMPARISONS[self.comparison][0](value, self.threshold)


@dataclass(frozen=True)
class Evaluation:
    state: str
    reason: str
    datapoints: tuple[float, ...] = ()
    missing_last: int = 0
    """How many of the newest periods have no data."""


def evaluate(
    conditions: Conditions, series: Sequence[float | None], current: str = INSUFFICIENT_DATA
) -> Evaluation:
    """`series` is one value a period, oldest first, None where there is no data."""
    found = tuple(value for value in series if value is not None)[-conditions.evaluation_periods :]
    breaching = [conditions.is_breaching(value) for value in found]
    missing = conditions.evaluation_periods - len(found)
    state = _state(conditions, series, breaching, missing, current)
    reason = _reason(conditions, state, found, sum(breaching), missing)
    missing_last = next((age for age, v in enumerate(reversed(series)) if v is not None), 0)
    return Evaluation(state, reason, found, missing_last)


def _state(
    conditions: Conditions,
    series: Sequence[float | None],
    breaching: list[bool],
    missing: int,
    current: str,
) -> str:
    if sum(breaching) >= conditions.needed:
        return ALARM
    if not missing or conditions.missing_data == "notBreaching":
        return OK
    if conditions.missing_data == "breaching":
        return ALARM if sum(breaching) + missing >= conditions.needed else OK
    if not breaching:
        return current if conditions.missing_data == "ignore" else INSUFFICIENT_DATA
    if not all(breaching):
        return OK
    return ALARM if _is_old_enough(conditions, series) else current


def _is_old_enough(conditions: Conditions, series: Sequence[float | None]) -> bool:
    """With missing data left missing, a breach counts on until M periods are behind it."""
    oldest = next(age for age, value in enumerate(series) if value is not None)
    return conditions.missing_data == "missing" and len(series) - oldest >= conditions.needed


def _reason(
    conditions: Conditions, state: str, found: tuple[float, ...], breaching: int, missing: int
) -> str:
    if not found:
        return (
            f"Insufficient Data: {missing} datapoint{'s were' if missing > 1 else ' was'} unknown."
        )
    words = COMPARISONS[conditions.comparison][1]
    was = "was" if state == ALARM else "was not"
    count = breaching if state == ALARM else len(found) - breaching
    values = ", ".join(str(value) for value in found)
    return (
        f"Threshold Crossed: {count} out of the last {len(found)} datapoints [{values}] "
        f"{was} {words} the threshold ({conditions.threshold})."
    )
