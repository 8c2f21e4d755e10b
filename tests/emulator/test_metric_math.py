"""Metric math as CloudWatch evaluates it, one period at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.alarms.metric_math import UnsupportedExpression, evaluate

NUMBERS = st.floats(min_value=-1e6, max_value=1e6)
RATE = "IF(FILL(requests, 0) >= 20, 100 * FILL(errors, 0) / requests, 0)"


@pytest.mark.parametrize(
    ("expression", "values", "wanted"),
    [
        ("a + b * 2", {"a": 1.0, "b": 3.0}, 7.0),
        ("(a + b) * 2", {"a": 1.0, "b": 3.0}, 8.0),
        ("-a", {"a": 2.0}, -2.0),
        ("a / b", {"a": 1.0, "b": 0.0}, None),
        ("a + b", {"a": 1.0, "b": None}, None),
        ("a > 1", {"a": 2.0}, 1.0),
        ("a <= 1", {"a": 2.0}, 0.0),
        ("FILL(a, 0)", {"a": None}, 0.0),
        ("FILL(a, 0)", {"a": 5.0}, 5.0),
        ("IF(a, 1, 2)", {"a": None}, None),
        ("IF(a, b, 2)", {"a": 0.0, "b": None}, 2.0),
        (RATE, {"requests": None, "errors": None}, 0.0),
        (RATE, {"requests": 19.0, "errors": 19.0}, 0.0),
        (RATE, {"requests": 100.0, "errors": None}, 0.0),
        (RATE, {"requests": 100.0, "errors": 7.0}, 7.0),
    ],
)
def test_value_of_a_period(
    expression: str, values: dict[str, float | None], wanted: float | None
) -> None:
    assert evaluate(expression, values) == wanted


@pytest.mark.parametrize(
    "expression", ["ANOMALY_DETECTION_BAND(a)", "a ** 2", "b", "a and 1", "IF(a)", "FILL(a", "'a'"]
)
def test_what_is_not_supported_is_named(expression: str) -> None:
    with pytest.raises(UnsupportedExpression):
        evaluate(expression, {"a": 1.0})


@given(NUMBERS, NUMBERS)
def test_missing_data_never_becomes_a_number_by_arithmetic(value: float, other: float) -> None:
    for sign in ("+", "-", "*", "/", ">", "<="):
        assert evaluate(f"a {sign} b", {"a": value, "b": None}) is None
        assert evaluate(f"a {sign} b", {"a": None, "b": other}) is None
