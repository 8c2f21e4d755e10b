"""What people answer, read at the door, and to what of a lease it is an answer."""

import re
from typing import Any

import pytest

from viridian.core.approval import Approval
from viridian.core.errors import ControlInvalid
from viridian.core.hook import Answer
from viridian.core.lease import Lease

GIVEN = {"answer": "approve", "service": "shop", "by": "alice", "reason": "ticket 4711"}
OPEN, CLOSED = {"asked_at": 1}, {"asked_at": 1, "verdict": "pass", "said": "fine"}


def approval(**members: Any) -> Approval:
    return Approval.from_dict({**GIVEN, **members})


def lease(**members: Any) -> Lease:
    held: dict[str, Any] = {"deployment_id": "one", "hooks": {"go-10": OPEN, "load": CLOSED}}
    return Lease("shop", 1, **{**held, **members})


def test_an_approval_is_read_and_kept_in_the_person_s_words() -> None:
    assert approval() == Approval("approve", "shop", "alice", "ticket 4711")
    assert approval().said == Answer("pass", "alice: ticket 4711")
    assert approval(answer="reject").said == Answer("fail", "alice: ticket 4711")


def test_all_that_is_wrong_is_told_at_once_with_its_path() -> None:
    wrong = {"answer": "yes", "service": "Shop", "by": "a\nb", "key": "Go", "percent": 10}

    with pytest.raises(ControlInvalid) as refused:
        Approval.from_dict(wrong)

    paths = re.findall(r"^approval\.(\S*?):", str(refused.value), re.M)
    assert paths == ["answer", "service", "by", "reason", "key", "percent"]


@pytest.mark.parametrize(
    ("members", "held", "found"),
    [
        ({}, {}, "go-10"),
        ({"key": "go-10", "deployment_id": "one"}, {}, "go-10"),
        ({"key": "load"}, {}, "load"),
        ({"key": "go-10"}, {"hooks": {"go-10": OPEN, "load": OPEN}}, "go-10"),
    ],
    ids=["the one that is asked", "by its key", "answered before", "one of two"],
)
def test_it_answers_what_it_names_or_the_one_thing_that_is_asked(
    members: dict[str, Any], held: dict[str, Any], found: str
) -> None:
    assert approval(**members).key_in(lease(**held)) == (found, "")


@pytest.mark.parametrize(
    ("members", "held", "told"),
    [
        ({}, {"deployment_id": None}, "no deployment of shop is in progress"),
        ({"deployment_id": "two"}, {}, "one is in progress, not two"),
        ({}, {"breach": "bad"}, "one is going back already (bad)"),
        ({}, {"hooks": {}}, "one asks nothing; name one of them (key)"),
        ({}, {"hooks": {"b": OPEN, "a": OPEN}}, "one asks a, b; name one of them (key)"),
        ({"key": "other"}, {}, "one asks go-10; name one of them (key)"),
    ],
)
def test_what_is_in_its_way_is_told_and_nothing_is_answered(
    members: dict[str, Any], held: dict[str, Any], told: str
) -> None:
    assert approval(**members).key_in(lease(**held)) == ("", f"{told}; nothing was changed")
