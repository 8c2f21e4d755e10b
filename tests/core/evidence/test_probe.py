"""What HTTP checks ask and how their answers are judged."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viridian.core.evidence.probe import WARM_WINDOW, Answer, complaints, has_settled
from viridian.core.service.smoke_tests import SmokeTest

CHECK = SmokeTest("/cart", 200)
WANTED: Any = {"version": "1.1.0", "version_header": "X-V"}


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


def test_a_complaint_names_the_method() -> None:
    check = SmokeTest("/orders", 201, method="POST", body="secret")

    [found] = complaints([Answer(check, 500, "1.1.0", 0.1)], **WANTED)
    assert found == "POST /orders: wanted 201, found 500"


WHOLE = SmokeTest("/cart", body_contains="a b", json={"/a": 1, "/b": None}, max_seconds=0.5)


def test_all_that_the_release_s_answer_lacks_is_told() -> None:
    answer = Answer(WHOLE, 200, "1.1.0", 0.75, body=b'{"a": 2}')

    assert list(complaints([answer], **WANTED)) == [
        "GET /cart: wanted the text of its body_contains, found 8 bytes without it",
        "GET /cart: wanted 1 at /a, found 2",
        "GET /cart: wanted null at /b, found nothing",
        "GET /cart: wanted an answer within 0.5 s, found 0.750 s",
    ]


@pytest.mark.parametrize(
    "answer", [Answer(WHOLE, 503, "1.1.0", 9, body=b"{}"), Answer(WHOLE, 200, "1.0.0", 9)]
)
def test_of_another_s_answer_the_body_is_not_looked_at(answer: Answer) -> None:
    [found] = complaints([answer], **WANTED)

    assert "/a" not in found


def test_an_answer_just_in_time_is_no_complaint() -> None:
    answer = Answer(WHOLE, 200, "1.1.0", 0.5, body=b'{"a": 1, "b": null, "c": "a b"}')

    assert list(complaints([answer], **WANTED)) == []


def test_production_s_body_is_looked_at_and_its_latency_is_not() -> None:
    found = of_production(Answer(WHOLE, 200, "1.1.0", 4, body=b'{"b": null, "c": "a b"}'))

    assert found == ["GET /cart: wanted 1 at /a, found nothing"]


def test_the_login_s_body_is_not_looked_at() -> None:
    check = replace(WHOLE, production_status=302)

    assert of_production(Answer(check, 302, None, 0.1)) == []


GUARDED = SmokeTest("/cart", 200, production_status=302)


def of_production(answer: Answer) -> list[str]:
    return list(complaints([answer], **WANTED, of_production=True))


@pytest.mark.parametrize("status", [302, 401])
def test_a_login_that_answers_in_production_s_place_is_told_with_what_to_do(status: int) -> None:
    [found] = of_production(Answer(CHECK, status, None, 0.1, leads_to="login.example"))

    assert found == (
        f"GET /cart: wanted 200, found {status} to login.example without a version: if a login "
        "stands before the application, give the check its production_status"
    )


@pytest.mark.parametrize(
    "answer", [Answer(CHECK, 503, None, 0.1), Answer(CHECK, 302, "1.1.0", 0.1)]
)
def test_nothing_is_said_of_a_login_where_none_answers(answer: Answer) -> None:
    assert "login" not in of_production(answer)[0]


def test_the_login_s_answer_is_wanted_of_production_where_the_check_says_so() -> None:
    assert of_production(Answer(GUARDED, 302, None, 0.1)) == []
    [found] = of_production(Answer(GUARDED, 200, "1.1.0", 0.1))
    assert found == "GET /cart: wanted 302, found 200"


def test_a_login_is_not_wanted_of_the_test_route() -> None:
    assert list(complaints([Answer(GUARDED, 200, "1.1.0", 0.1)], **WANTED)) == []
    [found] = complaints([Answer(GUARDED, 302, None, 0.1)], **WANTED)
    assert found == "GET /cart: wanted 200, found 302"


def test_an_application_that_answers_in_the_login_s_place_names_its_version() -> None:
    [found] = of_production(Answer(GUARDED, 302, "1.0.0", 0.1))
    assert found == "GET /cart: wanted version 1.1.0 in X-V, found 1.0.0"


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
