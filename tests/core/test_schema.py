"""Reading a document at the door."""

import datetime
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.shop import REGISTRATION, SETTINGS, changed, without
from viridian.core.errors import RequestInvalid
from viridian.core.release.manifest import Manifest
from viridian.core.release.request import Request
from viridian.core.schema import Limits, Rules, parse, read
from viridian.core.service.registration import Registration
from viridian.core.service.settings import Settings

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
HUGE = st.just(5000).map(lambda digits: 10**digits)
OF_YAML = HUGE | st.sampled_from([datetime.date(2026, 1, 1), b"bytes", {1}])
KEYS = st.text(max_size=5) | st.integers() | st.booleans() | HUGE | st.tuples(HUGE)
ANYTHING = st.recursive(
    SCALARS | OF_YAML,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
STEP = {"percent": 100, "bake_seconds": 1}
REQUEST = {"service": "shop", "version": "1.1.0", "manifest_version_id": "v1", "steps": [STEP]}
BUNDLE = {"service": "shop", "version": "1.1.0", "bundle": "b", "sha256": "0f" * 32, "image": "i"}
MANIFEST = {**BUNDLE, "command": ["a"], "environment": {"A": "b"}}
DOCUMENTS = [
    (Request, REQUEST),
    (Settings, SETTINGS),
    (Registration, REGISTRATION),
    (Manifest, MANIFEST),
]
DEEP: list[Any] = []
for _ in range(100_000):
    DEEP = [DEEP]


@dataclass(frozen=True)
class Part:
    word: Annotated[str, Limits(pattern="[a-z]+", hint="a word"), ""]
    share: Annotated[float, Limits(0, 1), ""] = 0.5


def rising(low: int, high: int | None) -> list[tuple[str, str]]:
    return [("high", f"must be above {low}")] if high is not None and high <= low else []


@dataclass(frozen=True)
class Whole:
    RULES: ClassVar[Rules] = {("low", "high"): rising}

    low: Annotated[int, Limits(1, 9), ""]
    part: Annotated[Part, ""]
    high: Annotated[int | None, Limits(1, 9), ""] = None
    parts: Annotated[tuple[Part, ...], Limits(1, 2, hint="1 to 2 parts"), ""] = (Part("a"),)
    texts: Annotated[tuple[str, ...], ""] = ()
    names: Annotated[dict[str, str], Limits(pattern="[A-Z]+", hint="upper"), ""] = field(
        default_factory=dict
    )


LEAST: dict[str, Any] = {"low": 1, "part": {"word": "a"}}


def complaints(data: Any, kind: type = Whole) -> list[str]:
    try:
        read(kind, data, "input", RequestInvalid)
    except RequestInvalid as refusal:
        return str(refusal).splitlines()
    return []


def test_a_document_is_read_to_its_values_and_defaults() -> None:
    given_all = {
        "parts": [{"word": "b", "share": 1}],
        "texts": ["x"],
        "names": {"A": ""},
        "high": 9,
    }

    assert read(Whole, LEAST, "input", RequestInvalid) == Whole(1, Part("a", 0.5))
    assert read(Whole, {**LEAST, **given_all}, "input", RequestInvalid) == Whole(
        1, Part("a"), 9, (Part("b", 1.0),), ("x",), {"A": ""}
    )


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("part.word", "", "input.part.word: must be a word, found ''"),
        ("part.word", 3, "input.part.word: must be a word, found a number"),
        ("part.word", "a\n", "input.part.word: must be a word, found 'a\\n'"),
        ("part.word", None, "input.part.word: is missing; give a word"),
        ("part.word", "A" * 200, f"input.part.word: must be a word, found '{'A' * 99}..."),
        ("part.share", float("nan"), "input.part.share: must be a number from 0 to 1, found nan"),
        ("part.share", 1.01, "input.part.share: must be a number from 0 to 1, found 1.01"),
        ("low", 10, "input.low: must be a whole number from 1 to 9, found 10"),
        ("low", 0, "input.low: must be a whole number from 1 to 9, found 0"),
        ("low", True, "input.low: must be a whole number from 1 to 9, found a boolean"),
        ("low", 2.0, "input.low: must be a whole number from 1 to 9, found 2.0"),
        ("part", [], "input.part: must be an object, found a list"),
        ("part", None, "input.part: is missing; give an object"),
        ("parts", [], "input.parts: must have 1 to 2 parts, found 0"),
        ("parts", [{"word": "a"}] * 3, "input.parts: must have 1 to 2 parts, found 3"),
        ("parts", [{"word": "a"}, 1], "input.parts[1]: must be an object, found a number"),
        ("texts", "x", "input.texts: must be a list of texts, found a text"),
        ("texts", ["x", None], "input.texts[1]: is missing; give a text"),
        ("texts", ["x", ""], "input.texts[1]: must be a text, found ''"),
        ("names", {"b": "1"}, "input.names: key 'b' must be upper"),
        ("names", {1: "1"}, "input.names: key 1 must be upper"),
        ("names", {"b=c": ""}, "input.names: key 'b' must be upper"),
        ("names", {"B": 1}, "input.names.B: must be a text, found a number; quote it"),
        ("names", {"B": "a\ud800"}, "input.names.B: must be a text, found half a character"),
        ("names", {"\udfff": "a"}, r"input.names: key '\udfff' must be upper"),
        ("texts", ["x", "y\udfff"], "input.texts[1]: must be a text, found half a character"),
        ("part.word", "a\ud83d", "input.part.word: must be a word, found half a character"),
        ("part.\ud800", 1, r"input.part.'\ud800': unknown key; known are share, word"),
        ("other", 1, "input.other: unknown key; known are high, low, names, part, parts, texts"),
        ("part.a\nb", 1, "input.part.'a\\nb': unknown key; known are share, word"),
        ("part." + "a" * 200, 1, f"input.part.'{'a' * 99}...: unknown key; known are share, word"),
        ("part.other", 1, "input.part.other: unknown key; known are share, word"),
        ("high", 1, "input.high: must be above 1"),
    ],
)
def test_a_complaint_names_the_path_and_what_is_wanted(
    path: str, value: Any, complaint: str
) -> None:
    assert complaints(changed(LEAST, path, value)) == [complaint]


@pytest.mark.parametrize(
    ("data", "is_taken"), [("12", True), ("13", True), ("1x", False), ("", False), (12, False)]
)
def test_a_text_must_have_the_pattern_and_mean_something(data: Any, is_taken: bool) -> None:
    assert Limits(pattern="[0-9x]*", reads=int).take(data) == is_taken


@pytest.mark.parametrize("bound", [1, 9])
def test_both_bounds_are_included(bound: int) -> None:
    assert complaints({**LEAST, "low": bound}) == []


@pytest.mark.parametrize("data", [None, [], "low: 1", DEEP])
def test_what_is_no_object_is_refused_with_its_path(data: Any) -> None:
    [complaint] = complaints(data)

    assert complaint.startswith("input: must be an object, found ")


def test_unknown_keys_of_yaml_that_are_no_texts_are_refused_too() -> None:
    found = [complaint.partition(":")[0] for complaint in complaints({**LEAST, True: 1, 3: 3})]

    assert found == ["input.3", "input.True"]


def test_rules_given_for_one_reading_are_held_too() -> None:
    odd: Rules = {("low",): lambda low: [("low", "must be odd")] if low % 2 == 0 else []}

    with pytest.raises(
        RequestInvalid, match=r"^input.high: must be above 2\ninput.low: must be od"
    ):
        read(Whole, {**LEAST, "low": 2, "high": 1}, "input", RequestInvalid, odd)


def places(document: Any, path: str = "") -> list[str]:
    """The dotted path of every value in a document, and of what holds it."""
    members = document.items() if isinstance(document, dict) else enumerate(document)
    found = [(f"{path}{name}", value) for name, value in members]
    inner = [places(v, f"{p}.") for p, v in found if isinstance(v, (dict, list))]
    return [p for p, _ in found] + [p for paths in inner for p in paths]


REQUIRED = sorted(set(SETTINGS) - {"alarms", "start_grace_seconds", "drain_timeout_seconds"})


@given(st.sets(st.sampled_from(REQUIRED)), st.sampled_from([None, {1}]))
def test_every_complaint_is_told_at_once(names: set[str], wrong: Any) -> None:
    document = {**SETTINGS, **dict.fromkeys(names, wrong)}

    assert {c.partition(":")[0] for c in complaints(document, Settings)} == {
        f"input.{name}" for name in names
    }


@pytest.mark.parametrize(("kind", "document"), DOCUMENTS)
@given(data=st.data())
def test_whatever_stands_anywhere_is_read_or_refused(
    kind: type, document: dict[str, Any], data: st.DataObject
) -> None:
    place = data.draw(st.sampled_from(places(document)))
    wrong = data.draw(ANYTHING)

    for found in (wrong, changed(document, place, wrong), without(document, place)):
        assert all(complaint.startswith("input") for complaint in complaints(found, kind))


@pytest.mark.parametrize("text", ["", "{", b"\xff\xfe", "[" * 100_000, "1" * 5000])
def test_what_is_not_json_is_refused_by_that_name(text: str | bytes) -> None:
    with pytest.raises(RequestInvalid, match=r"^input: not JSON"):
        parse(text, "input", RequestInvalid)
