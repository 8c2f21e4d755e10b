"""Metrics come late, in parts, and in pages; alarms go by what has come."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from emulator.alarms.clock import MetricClock
from emulator.alarms.datapoints import Series, page_of
from emulator.alarms.definition import AlarmDefinition, Metric
from emulator.alarms.evaluation import Evaluation
from emulator.faults import Faults
from emulator.load_balancer.metering import Meter
from emulator.load_balancer.metrics import Datum

ALARM = {
    "MetricName": "m",
    "Namespace": "n",
    "Statistic": "Sum",
    "Period": 10,
    "Threshold": 0,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
    "StateValue": "OK",
}


class OneEachSecond(Meter):
    def __init__(self) -> None:
        pass

    def read(self) -> list[Datum]:
        return [Datum("m", "Count", {}, (1.0,))]


class Points:
    """A store of one metric, whose one alarm is in ALARM when it has a datapoint."""

    def __init__(self) -> None:
        self.seconds: list[int] = []
        self.changes: list[tuple[float, str]] = []

    def put(self, data: Iterable[Datum], at: int) -> None:
        self.seconds.append(at)

    def alarms(self) -> Mapping[str, dict[str, Any]]:
        return {"any": ALARM}

    def series(self, _metric: Metric, period: int, start: float, end: float) -> Series:
        found = [at // period * period for at in self.seconds if start <= at < end]
        return {at: found.count(at) for at in found}

    def change_state(
        self, record: dict[str, Any], found: Evaluation, alarm: AlarmDefinition, end: float
    ) -> None:
        self.changes.append((end, found.state))

    def sum(self, start: int) -> float | None:
        return self.series(Metric("n", "m", (), "Sum"), 10, start, start + 10).get(start)


def after(now: int, **faults: int) -> Points:
    """What came until then of the traffic since second 1000."""
    points, given = Points(), Faults()
    given.change(**faults)
    clock = MetricClock(OneEachSecond(), points, given.arrival)
    clock.close()
    points.seconds.clear()
    for second in range(1001, now + 1):
        clock.beat(second)
    return points


def test_a_period_that_runs_grows() -> None:
    assert [after(now).sum(1000) for now in (1004, 1008, 1010)] == [4, 8, 10]


def test_a_period_comes_the_delay_after_its_end() -> None:
    late = {"metric_interval_seconds": 10, "metric_delay_seconds": 5}
    assert [after(now, **late).sum(1000) for now in (1014, 1015)] == [None, 10]


def test_a_part_of_a_period_comes_later_and_changes_its_sum() -> None:
    late = {"metric_interval_seconds": 10, "metric_delay_seconds": 5, "late_metric_seconds": 4}
    assert [after(now, **late).sum(1000) for now in (1015, 1018, 1019)] == [5, 5, 10]


def test_an_alarm_goes_by_the_newest_period_that_has_come() -> None:
    late = {"metric_interval_seconds": 10, "metric_delay_seconds": 5}
    assert after(1015, **late).changes == []
    assert after(1021, **late).changes == [(1020, "ALARM")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"no_such": True},
        {"silence_metrics": 1},
        {"metric_delay_seconds": True},
        {"metric_delay_seconds": 121},
        {"metric_interval_seconds": 0},
    ],
)
def test_what_is_no_fault_is_refused(wrong: dict[str, Any]) -> None:
    faults = Faults()
    with pytest.raises(ValueError, match=next(iter(wrong))):
        faults.change(drop_alarm_events=True, **wrong)
    assert faults == Faults()


def test_a_page_tells_which_queries_it_ends() -> None:
    first, second = [(3.0, 1.0), (2.0, 1.0)], [(3.0, 2.0), (2.0, 2.0)]
    assert page_of([first, second], 0, 3) == [(first, True), (second[:1], False)]
    assert page_of([first, second], 3, 3) == [([], True), (second[1:], True)]
