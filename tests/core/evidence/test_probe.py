"""What HTTP checks ask and how their answers are judged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viridian.core.evidence.probe import WARM_WINDOW, Answer, complaints, has_settled
from viridian.core.service.settings import SmokeTest

CHECK = SmokeTest("/cart", 200)
WANTED = {"version": "1.1.0", "version_header": "X-V"}


def test_the_wanted_status_and_version_are_no_complaint() -> None:
    assert list(complaints([Answer(CHECK, 200, "1.1.0", 0.1)], **WANTED)) == []


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (Answer(CHECK, 500, "1.1.0", 0.1), "GET /cart: wanted 200, found 500"),
        (Answer(CHECK, 302, "1.1.0", 0.1), "GET /cart: wanted 200, found 302"),
        (Answer(CHECK, 0, None, 5.0, "refused"), "GET /cart: wanted 200, found refused"),
        (Answer(CHECK, 0, None, 5.0), "GET /cart: wanted 200, found 0"),
        (Answer(CHECK, 200, "1.0.0", 0.1), "GET /cart: wanted version 1.1.0 in X-V, found 1.0.0"),
        (Answer(CHECK, 200, None, 0.1), "GET /cart: wanted version 1.1.0 in X-V, found none"),
    ],
)
def test_a_complaint_states_the_comparison(answer: Answer, wanted: str) -> None:
    assert list(complaints([answer], **WANTED)) == [wanted]


@given(st.lists(st.floats(0.001, 5), max_size=2 * WARM_WINDOW - 1))
def test_fewer_than_two_windows_have_not_settled(seconds: list[float]) -> None:
    assert not has_settled(seconds)


@given(st.lists(st.floats(0.001, 5)), st.floats(0.001, 5))
def test_latency_that_stays_has_settled_whatever_was_before(
    before: list[float], steady: float
) -> None:
    assert has_settled([*before, *[steady] * 2 * WARM_WINDOW])


@pytest.mark.parametrize(("before", "last"), [(1.0, 0.5), (0.5, 1.0)])
def test_latency_that_still_moves_has_not_settled(before: float, last: float) -> None:
    assert not has_settled([before] * WARM_WINDOW + [last] * WARM_WINDOW)


def test_one_slow_request_does_not_unsettle_a_window() -> None:
    assert has_settled([0.1] * WARM_WINDOW + [0.1] * (WARM_WINDOW - 1) + [5.0])
