"""Reading a JSON object at the door."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viridian.core.errors import RequestInvalid
from viridian.core.fields import Fields

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def fields(**members: Any) -> Fields:
    return Fields(members, "input", RequestInvalid)


def complaint_of(ask: Callable[[], Any]) -> str:
    """The refusal's message; where there is none, the path that was read."""
    try:
        ask()
    except RequestInvalid as refusal:
        return str(refusal)
    return "input.a"


def read_everything(found: Fields) -> None:
    """Ask every kind of question."""
    questions = (
        lambda: found.text("a"),
        lambda: found.integer("a", 0, 9),
        lambda: found.number("a", 0, 9),
        lambda: found.object("a"),
        lambda: found.objects("a"),
        lambda: found.texts("a"),
        lambda: found.mapping("a", "[a-z]+", "a word"),
    )
    for ask in questions:
        assert complaint_of(ask).startswith("input.a")


@given(ANYTHING)
def test_any_value_is_read_or_refused_with_its_path(value: Any) -> None:
    read_everything(fields(a=value))


@given(ANYTHING.filter(lambda value: not isinstance(value, dict)))
def test_what_is_not_an_object_is_refused_with_its_path(value: Any) -> None:
    with pytest.raises(RequestInvalid, match=r"^input: must be an object"):
        Fields(value, "input", RequestInvalid)


@pytest.mark.parametrize(
    ("ask", "value", "complaint"),
    [
        (lambda f: f.text("a"), "", "input.a: must be a text, found ''"),
        (lambda f: f.text("a"), 3, "input.a: must be a text, found the number 3"),
        (lambda f: f.text("a", "x", "an x"), "x\n", r"input.a: must be an x, found 'x\\n'"),
        (lambda f: f.text("a"), None, "input.a: is missing; give a text"),
        (lambda f: f.integer("a", 1, 9), 10, "input.a: must be a whole number from 1 to 9"),
        (lambda f: f.integer("a", 1, 9), 0, "input.a: must be a whole number from 1 to 9"),
        (lambda f: f.integer("a", 0, 9), True, "found a boolean"),
        (lambda f: f.integer("a", 0, 9), 2.0, "found the number 2.0"),
        (lambda f: f.number("a", 0, 1), float("nan"), "found nan"),
        (lambda f: f.number("a", 0, 1), 1.01, "must be a number from 0 to 1"),
        (lambda f: f.object("a"), [], "input.a: must be an object, found a list"),
        (lambda f: f.objects("a"), [{}, 1], r"input.a\[1\]: must be an object"),
        (lambda f: f.texts("a"), ["x", 2], r"input.a\[1\]: must be a text, found the number 2"),
        (lambda f: f.texts("a"), ["x", ""], r"input.a\[1\]: must be a text"),
        (lambda f: f.mapping("a", "[A-Z]+", "upper"), {"b": "1"}, "input.a: key 'b' must be upper"),
        (lambda f: f.mapping("a", "[A-Z]+", "upper"), {"B": 1}, r"input.a.B: .* quote it"),
    ],
)
def test_a_complaint_names_the_path_and_what_is_wanted(
    ask: Any, value: Any, complaint: str
) -> None:
    with pytest.raises(RequestInvalid, match=complaint):
        ask(fields(a=value))


@pytest.mark.parametrize("bound", [1, 9])
def test_both_bounds_are_included(bound: int) -> None:
    assert fields(a=bound).integer("a", 1, 9) == bound
    assert fields(a=bound).number("a", 1, 9) == bound


@given(st.text())
def test_an_unknown_key_is_refused_with_its_path_and_the_known_ones(unknown: str) -> None:
    found = Fields({"known": 1, unknown: 1}, "input", RequestInvalid)
    found.has("known")
    if unknown == "known":
        found.done()
        return

    with pytest.raises(RequestInvalid) as refusal:
        found.done()

    assert str(refusal.value) == f"input.{unknown}: unknown key; known are known"


def test_unknown_keys_of_yaml_that_are_no_texts_are_refused_too() -> None:
    with pytest.raises(RequestInvalid, match="unknown key"):
        Fields({True: 1, "two": 2, 3: 3}, "service.yaml", RequestInvalid).done()


@pytest.mark.parametrize("members", [{}, {"a": None}])
def test_an_absent_or_null_member_takes_the_default(members: dict[str, Any]) -> None:
    found = fields(**members)

    assert found.optional("a", found.text, "default") == "default"
    found.done()
