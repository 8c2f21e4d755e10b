"""The cause of an ending: the words of whatever failed, and never a failure of its own."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sfnx.testing import Failure

from tests.workflow.conftest import World, lambda_failure


def cause_of(failure: Failure) -> str | None:
    return World().says("AdmitRequest", failure).deploy().cause


@given(st.text(min_size=1))
def test_a_function_s_message_is_told_as_it_was_raised(message: str) -> None:
    assert cause_of(lambda_failure("SmokeTestFailed", message)) == f"SmokeTestFailed: {message}"


@given(st.text(alphabet='{}":\\errorMsag u0041"\n'))
def test_any_other_text_is_told_too(text: str) -> None:
    """An alarm may be named `{5xx}`, and JSON may be cut: what evaluates here must not fail."""
    cause = cause_of(Failure("CandidateBreached", text))

    assert cause is not None
    assert cause.startswith("CandidateBreached: ")


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{5xx} went into ALARM",
        json.dumps({"errorMessage": "cut", "errorType": "E"})[:18],
        '{"errorMessage": "an \\q escape that JSON does not know"}',
        '{"errorMessage": 5}',
    ],
)
def test_what_only_looks_like_a_function_s_error_is_told_as_it_came(text: str) -> None:
    assert cause_of(Failure("CandidateBreached", text)) == f"CandidateBreached: {text}"


def test_a_failure_without_words_is_told_by_its_name() -> None:
    assert (cause_of(Failure("States.Timeout")) or "").startswith("States.Timeout")
