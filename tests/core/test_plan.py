"""The ordered steps by which the candidate is given traffic."""

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.strategies import steps
from viridian.core.errors import RequestInvalid
from viridian.core.plan import LONGEST_BLINDNESS_SECONDS, Step, most_looks, watch_slice
from viridian.core.release.request import Request

ANY_STEPS = st.lists(
    st.fixed_dictionaries({"percent": st.integers(-5, 105), "bake_seconds": st.integers(-5, 90)}),
    max_size=5,
)


def read(value: Any) -> tuple[Step, ...]:
    steps = Request.from_dict({"service": "shop", "version": "1.1.0", "steps": value}).steps
    assert steps is not None
    return steps


@given(steps())
def test_a_plan_that_rises_to_100_is_read_and_written_back(value: list[dict[str, int]]) -> None:
    assert [asdict(step) for step in read(value)] == value


def test_a_deployment_looks_until_ready_in_every_bake_and_past_it_while_unknown() -> None:
    plan = (Step(10, 61), Step(100, 60))
    times = {"prepare_seconds": 41, "patience_seconds": 120}

    assert most_looks(plan, **times, period_seconds=10) == 3 + (2 + 2) + 2 * (1 + 12)
    assert most_looks(plan, **times, period_seconds=300) == 3 + (2 + 11) + 2 * (1 + 2)


def test_the_last_step_is_watched_two_periods_longer() -> None:
    seconds = [Step(percent, 300).watch_seconds(60) for percent in (10, 99, 100)]

    assert seconds == [300, 300, 420]


@given(ANY_STEPS)
def test_every_plan_that_is_read_rises_and_ends_at_100(value: list[dict[str, int]]) -> None:
    try:
        percents = [step.percent for step in read(value)]
    except RequestInvalid:
        return

    assert percents == sorted(set(percents))
    assert percents[0] >= 1
    assert percents[-1] == 100


@given(steps(), st.data())
def test_a_plan_that_does_not_rise_is_refused_at_the_step(
    value: list[dict[str, int]], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(value) - 1))
    twice = [*value[: index + 1], *value[index:]]

    with pytest.raises(RequestInvalid, match=rf"^input.steps\[{index + 1}\].percent: must be abov"):
        read(twice)


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ([], r"^input.steps: must have at least one step"),
        (
            [{"percent": 20, "bake_seconds": 1}, {"percent": 10, "bake_seconds": 86400}],
            r"^input.steps\[1\].percent: must be above 20\n"
            r"input.steps\[1\].percent: the last step must be 100\n"
            r"input.steps: bake_seconds must be together at most 86400",
        ),
        ([{"percent": 99, "bake_seconds": 1}], r"^input.steps\[0\].percent: the last step must be"),
        ([{"percent": 0, "bake_seconds": 1}], r"^input.steps\[0\].percent: .* 1 to 100, found 0"),
        ([{"percent": 100, "bake_seconds": 0}], r"^input.steps\[0\].bake_seconds: must be a whole"),
        ([{"percent": 100, "bake_seconds": 86401}], r"^input.steps\[0\].bake_seconds: must be"),
        (
            [{"percent": p, "bake_seconds": 43201} for p in (50, 100)],
            r"^input.steps: bake_seconds must be together at most 86400 \(a day\), found 86402",
        ),
        ([{"percent": 100, "bake": 1}], r"^input.steps\[0\].bake_seconds: is missing"),
        (
            [{"percent": 100, "bake_seconds": 1, "pause": 1}],
            r"^input.steps\[0\].pause: unknown key",
        ),
    ],
)
def test_a_wrong_plan_is_refused_with_its_path(value: Any, complaint: str) -> None:
    with pytest.raises(RequestInvalid, match=complaint):
        read(value)


@given(st.floats(-1e6, 1e6))
def test_a_wait_is_a_whole_second_at_least_and_never_longer_than_the_longest_blindness(
    remaining: float,
) -> None:
    slice_seconds = watch_slice(remaining)

    assert isinstance(slice_seconds, int)
    assert 1 <= slice_seconds <= LONGEST_BLINDNESS_SECONDS


@pytest.mark.parametrize(("remaining", "wanted"), [(12, 12), (59.6, 60), (60, 60), (3600, 60)])
def test_a_wait_covers_what_remains_up_to_the_bound(remaining: float, wanted: int) -> None:
    assert watch_slice(remaining) == wanted
