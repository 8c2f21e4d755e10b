"""What a check wants of an answer's body."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viridian.core.evidence.body import NOTHING, at, body_complaints
from viridian.core.service.smoke_tests import SmokeTest

RFC_6901: dict[str, Any] = {
    "foo": ["bar", "baz"],
    **{"": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, 'k"l': 6, " ": 7, "m~n": 8},
}
"""The document of RFC 6901, section 5."""
NO_INDEX = ("2", "-", "-1", "01", "x", "", "\u0660", "9" * 5000)


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("", RFC_6901),
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/e^f", 3),
        ("/g|h", 4),
        ("/i\\j", 5),
        ('/k"l', 6),
        ("/ ", 7),
        ("/m~0n", 8),
        *((f"/foo/{index}", NOTHING) for index in NO_INDEX),
        ("/foo/0/x", NOTHING),
        ("/m~01n", NOTHING),
    ],
)
def test_a_pointer_leads_where_its_standard_says(pointer: str, found: Any) -> None:
    assert at(RFC_6901, pointer) == found


def complaints(wanted: dict[str, Any], body: Any) -> list[str]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return list(body_complaints(SmokeTest("/", **wanted), content))


def test_a_text_is_looked_for_in_the_body_which_is_not_quoted() -> None:
    wanted = {"body_contains": "bien sûr"}

    assert complaints(wanted, "oui, bien sûr".encode()) == []
    assert complaints(wanted, b"bien secret") == [
        "the text of its body_contains, found 11 bytes without it"
    ]


@pytest.mark.parametrize(
    ("wanted", "found", "told"),
    [
        ("ok", "down", '"ok" at /a, found "down"'),
        ("ok", {"password": "x"}, '"ok" at /a, found an object'),
        ("ok", ["x"], '"ok" at /a, found a list'),
        ("1", 1, '"1" at /a, found 1'),
        (1, True, "1 at /a, found true"),
        (0, False, "0 at /a, found false"),
        (True, 1, "true at /a, found 1"),
        (None, False, "null at /a, found false"),
        (False, None, "false at /a, found null"),
        ("ok", "a\nb; c", '"ok" at /a, found "a\\nb; c"'),
        ("ok", "x" * 200, f'"ok" at /a, found "{"x" * 96}...'),
    ],
)
def test_another_scalar_is_told_by_its_place_and_in_short(
    wanted: Any, found: Any, told: str
) -> None:
    assert complaints({"json": {"/a": wanted}}, {"a": found}) == [told]


def test_what_is_not_there_is_not_null() -> None:
    assert complaints({"json": {"/a": None}}, {"b": None}) == ["null at /a, found nothing"]
    assert complaints({"json": {"/a": None}}, {"a": None}) == []


def test_every_pointer_is_told_and_the_whole_document_has_one() -> None:
    assert complaints({"json": {"": 1, "/a": 2}}, [3]) == [
        "1 at the root, found a list",
        "2 at /a, found nothing",
    ]


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"\xff", b"[" * 60_000, b"1" * 5000])
def test_a_body_that_is_no_json_is_a_complaint_and_is_not_quoted(body: bytes) -> None:
    told = f"JSON, found {len(body)} bytes that are none"

    assert complaints({"json": {"/a": 1}}, body) == [told]


@given(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1, 1) | st.text())
def test_a_scalar_is_the_same_as_itself(scalar: Any) -> None:
    assert complaints({"json": {"/a/0": scalar}}, {"a": [scalar]}) == []
