"""Alarms decide as the tables of CloudWatch's documentation say, missing data included."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.alarms.evaluation import ALARM, INSUFFICIENT_DATA, OK, Conditions, evaluate

RETAINED = "the state it had"
MODES = ("missing", "ignore", "breaching", "notBreaching")
THREE_OF_THREE = [
    ("0 - X - X", OK, OK, OK, OK),
    ("- - - - 0", OK, OK, OK, OK),
    ("- - - - -", INSUFFICIENT_DATA, RETAINED, ALARM, OK),
    ("0 X X - X", ALARM, ALARM, ALARM, ALARM),
    ("- - X - -", ALARM, RETAINED, ALARM, OK),
]
TWO_OF_THREE = [
    ("0 - X - X", ALARM, ALARM, ALARM, ALARM),
    ("0 0 X 0 X", ALARM, ALARM, ALARM, ALARM),
    ("0 - X - -", OK, OK, ALARM, OK),
    ("- - - - 0", OK, OK, ALARM, OK),
    ("- - - X -", ALARM, RETAINED, ALARM, OK),
]
SERIES = st.lists(st.none() | st.floats(0, 10), min_size=3, max_size=3)


def conditions(
    needed: int = 1,
    periods: int = 1,
    mode: str = "missing",
    comparison: str = "GreaterThanThreshold",
) -> Conditions:
    return Conditions(comparison, 5.0, periods, needed, mode)


def values(picture: str) -> list[float | None]:
    points = {"-": None, "0": 0.0, "X": 9.0}
    return [points[point] for point in picture.split()]


@pytest.mark.parametrize(
    ("needed", "row"),
    [(3, row) for row in THREE_OF_THREE] + [(2, row) for row in TWO_OF_THREE],
)
def test_documented_table(needed: int, row: tuple[str, ...]) -> None:
    picture, *wanted = row
    found = [
        evaluate(conditions(needed, 3, mode), values(picture), RETAINED).state for mode in MODES
    ]
    assert found == wanted


@pytest.mark.parametrize(
    ("comparison", "value", "state"),
    [
        ("GreaterThanThreshold", 5.0, OK),
        ("GreaterThanThreshold", 5.1, ALARM),
        ("GreaterThanOrEqualToThreshold", 5.0, ALARM),
        ("LessThanThreshold", 5.0, OK),
        ("LessThanThreshold", 4.9, ALARM),
        ("LessThanOrEqualToThreshold", 5.0, ALARM),
    ],
)
def test_comparison(comparison: str, value: float, state: str) -> None:
    assert evaluate(conditions(comparison=comparison), [None, None, value]).state == state


def test_newest_datapoints_decide() -> None:
    assert evaluate(conditions(), values("X X 0")).state == OK


def test_periods_without_data_since_the_newest_datapoint_are_counted() -> None:
    assert evaluate(conditions(), values("X 0 - -")).missing_last == 2


def test_reason_states_the_comparison() -> None:
    found = evaluate(conditions(), [None, None, 12.5])
    assert found.reason == (
        "Threshold Crossed: 1 out of the last 1 datapoints [12.5] "
        "was greater than the threshold (5.0)."
    )


def test_one_breach_is_not_two_of_three() -> None:
    assert evaluate(conditions(2, 3), values("0 0 0 0 X")).state == OK


@given(SERIES, st.sampled_from(MODES), st.integers(0, 2))
def test_a_worse_datapoint_never_ends_an_alarm(
    series: list[float | None], mode: str, place: int
) -> None:
    worse = [10.0 if at == place else value for at, value in enumerate(series)]
    before = evaluate(conditions(mode=mode), series, OK).state
    after = evaluate(conditions(mode=mode), worse, OK).state
    if before == ALARM:
        assert after == ALARM
