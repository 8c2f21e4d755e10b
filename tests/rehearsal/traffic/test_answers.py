"""Counting answers."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.traffic.answers import NO_ANSWER, Answer, AnswerLog, Answers

ANSWERS = [
    Answer(100.0, 0.01, 200, "1.0.0"),
    Answer(101.0, 0.01, 500, "1.1.0"),
    Answer(102.0, 0.01, NO_ANSWER),
    Answer(103.0, 0.01, 200, "1.0.0"),
]


@pytest.fixture
def answers() -> Answers:
    counted = Answers()
    counted.add(ANSWERS)
    return counted


def test_answers_are_counted_by_version_and_status(answers: Answers) -> None:
    assert answers.by_version == {
        "1.0.0": Counter({200: 2}),
        "1.1.0": Counter({500: 1}),
        "-": Counter({0: 1}),
    }


def test_a_request_without_an_answer_has_failed(answers: Answers) -> None:
    assert (answers.requests, answers.failed) == (4, 2)


@pytest.mark.parametrize(
    ("status", "has_failed"), [(200, False), (304, False), (404, True), (503, True), (0, True)]
)
def test_what_a_client_can_use_has_not_failed(status: int, has_failed: bool) -> None:
    assert Answer(0, 0, status).has_failed is has_failed


def test_failures_can_be_asked_from_a_moment_on(answers: Answers) -> None:
    assert [answers.failed_after(t) for t in (0, 101, 101.5, 103)] == [2, 2, 1, 0]


def test_requests_to_a_version_can_be_asked_from_a_moment_on(answers: Answers) -> None:
    assert answers.requests_to("1.0.0") == 2
    assert answers.requests_to("1.0.0", after=100.5) == 1
    assert answers.requests_to("2.0.0") == 0


def test_a_span_leaves_its_end_out(answers: Answers) -> None:
    assert answers.between(101, 103).requests == 2


def test_the_rate_is_the_mean_between_first_and_last(answers: Answers) -> None:
    assert answers.per_second == 1.0
    assert Answers().per_second == 0.0


def test_the_latest_are_those_before_the_newest(answers: Answers) -> None:
    assert answers.latest(1.5).requests == 2
    assert Answers().latest(1).requests == 0


@given(st.floats(0, 2e9), st.floats(0, 60), st.integers(0, 599), st.text(max_size=20))
def test_a_line_brings_back_its_answer(
    sent_at: float, seconds: float, status: int, version: str
) -> None:
    answer = Answer(round(sent_at, 6), round(seconds, 6), status, version)
    lines = answer.to_line().split("\n")
    found = Answer.from_line(lines[0])
    assert (len(lines), lines[1]) == (2, "")
    assert found.sent_at == pytest.approx(answer.sent_at)
    assert (found.status, found.version) == (status, version.replace("\n", " "))


def test_half_a_line_is_left_for_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    log = AnswerLog(path)
    assert log.refresh().requests == 0
    first, second = (answer.to_line() for answer in ANSWERS[:2])
    path.write_text(first + second[:5])
    assert log.refresh().requests == 1
    path.write_text(first + second)
    assert log.refresh().all == ANSWERS[:2]
