"""One declaration of a document: a frozen dataclass whose fields say what their keys take and mean.

    @dataclass(frozen=True)
    class Step:
        percent: Annotated[int, Limits(1, 100), "the candidate's share"]

`read` makes it at the door; `python -m docs` describes it to editors and people. A key is a `str`,
an `int`, a `float`, a `dict[str, str]` or `dict[str, Scalar]`, another such class or a `tuple` of
one of these, or any of them `| None`. What must hold between keys is in the class variable `RULES`.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from functools import cache
from itertools import chain
from math import inf
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin

from viridian.core.errors import Refusal

Document = TypeVar("Document")
Scalar = str | float | bool | None
"""What JSON has besides objects and lists."""
Rules = Mapping[tuple[str, ...], Callable[..., Iterable[tuple[str, str]]]]
"""By the keys it is about: given their values, a rule yields complaints, each after its path below
the object. It is asked where nothing else is wrong with these keys."""

LARGEST = 2**53
"""Up to here JSON's numbers are whole for everybody who reads them."""

LONGEST_SHOWN = 100
"""Characters of a wrong value: a long one must not push other complaints out of the message."""

TAKEN: dict[Any, Any] = {float: (int, float), tuple: (list, tuple)}
NAMES = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", NoneType: "nothing"}
NAMES |= {int: "a number", float: "a number"}
HALF = re.compile("[\ud800-\udfff]")
"""Of a character: JSON can spell one alone, and no encoding can write it."""


@dataclass(frozen=True)
class Limits:
    """Bounds of a number, or of how many items or entries there are (both included); or the pattern
    of a whole text, or of the keys of a `dict`, which the hint puts in words; `reads` raises
    ValueError for what is of the pattern and means nothing."""

    low: float = -inf
    high: float = inf
    hint: str = ""
    pattern: str = ""
    reads: Callable[[str], object] = str

    def take(self, data: Any) -> bool:
        """Whether it is a text of whole characters that has the pattern and means something."""
        if not isinstance(data, str) or HALF.search(data):
            return False
        try:
            self.reads(data)
        except ValueError:
            return False
        return re.fullmatch(self.pattern or r"(?s).+", data) is not None


@dataclass(frozen=True)
class Key:
    """One key of a document."""

    kind: Any
    meaning: str = ""
    limits: Limits = Limits()
    is_required: bool = True
    default: Any = None

    @property
    def container(self) -> Any:
        """The kind without that of its items."""
        return get_origin(self.kind) or self.kind

    @property
    def item(self) -> "Key":
        """What a `tuple` holds."""
        return Key(get_args(self.kind)[0])

    @property
    def wanted(self) -> str:
        """What to give, in words."""
        low, high, hint = self.limits.low, self.limits.high, self.limits.hint
        words = {
            str: hint or "a text",
            bool: "true or false",
            int: f"a whole number from {low} to {high}",
            float: f"a number from {low:g} to {high:g}",
            tuple: f"a list of {hint or 'texts'}",
        }
        return words.get(self.container, "an object")

    def fits(self, data: Any) -> bool:
        """Whether a text, a number or a count of items is within the limits."""
        if isinstance(data, str):
            return self.limits.take(data)
        return bool(self.limits.low <= data <= self.limits.high)


@cache
def keys(kind: Any) -> dict[str, Key]:
    """The keys of a document, by name."""
    return {declared.name: _key(declared) for declared in fields(kind)}


def parse(text: str | bytes, path: str, refusal: type[Refusal]) -> Any:
    """What a JSON text says."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refusal(f"{path}: not JSON ({error}); write it again") from error


def read(
    kind: type[Document], data: Any, path: str, refusal: type[Refusal], rules: Rules | None = None
) -> Document:
    """The document, held to its own rules and to those given.

    Raises the refusal with every complaint on a line of its own, each after its path.
    """
    if complaints := list(_object_complaints(kind, data, path, rules or {})):
        raise refusal("\n".join(complaints))
    document: Document = _value(Key(kind=kind), data)
    return document


def read_text(data: Any, path: str, refusal: type[Refusal], limits: Limits) -> str:
    """A text that stands alone; raises the refusal with its path."""
    if complaints := list(_complaints(Key(str, limits=limits), data, path)):
        raise refusal("\n".join(complaints))
    return str(data)


def _key(declared: "Field[Any]") -> Key:
    kind, *said = get_args(declared.type)
    kind = get_args(kind)[0] if isinstance(kind, UnionType) else kind
    limits = next((mark for mark in said if isinstance(mark, Limits)), Limits())
    makes = declared.default_factory
    default = declared.default if makes is MISSING else makes()
    is_required = default is MISSING
    return Key(kind, said[-1], limits, is_required, None if is_required else default)


def _object_complaints(kind: Any, data: Any, path: str, rules: Rules) -> Iterator[str]:
    if not isinstance(data, dict):
        yield f"{path}: must be an object, found {_name(data)}"
        return
    known = keys(kind)
    wrong = {
        name: list(_complaints(its, data.get(name), f"{path}.{name}"))
        for name, its in known.items()
    }
    yield from chain.from_iterable(wrong.values())
    for name in sorted(_spelt(name) for name in data.keys() - known.keys()):
        yield f"{path}.{name}: unknown key; known are {', '.join(sorted(known))}"
    for names, rule in chain(getattr(kind, "RULES", {}).items(), rules.items()):
        if not any(wrong[name] for name in names):
            values = (_value(known[name], data.get(name)) for name in names)
            yield from (f"{path}.{place}: {complaint}" for place, complaint in rule(*values))


def _complaints(its: Key, data: Any, path: str) -> Iterator[str]:
    if data is None:
        if its.is_required:
            yield f"{path}: is missing; give {its.wanted}"
    elif is_dataclass(its.kind):
        yield from _object_complaints(its.kind, data, path, {})
    elif not _is_of(its.container, data):
        found = _shown(data) if its.container is int and isinstance(data, float) else _name(data)
        yield f"{path}: must be {its.wanted}, found {found}"
    elif its.container is dict:
        if not its.fits(len(data)):
            yield f"{path}: must have at most {its.limits.high} entries, found {len(data)}"
        for name, value in data.items():
            yield from _entry_complaints(its, name, value, path)
    elif its.container is not tuple:
        if not its.fits(data):
            is_half = isinstance(data, str) and HALF.search(data)
            found = "half a character" if is_half else _shown(data)
            yield f"{path}: must be {its.wanted}, found {found}"
    elif not its.fits(len(data)):
        yield f"{path}: must have {its.limits.hint}, found {len(data)}"
    else:
        for index, item in enumerate(data):
            yield from _complaints(its.item, item, f"{path}[{index}]")


def _is_of(container: Any, data: Any) -> bool:
    """To Python true and false are numbers."""
    if container is bool or isinstance(data, bool):
        return container is bool and isinstance(data, bool)
    return isinstance(data, TAKEN.get(container, container))


def _entry_complaints(its: Key, name: Any, value: Any, path: str) -> Iterator[str]:
    is_fit = its.limits.take(name)
    name = name.partition("=")[0] if isinstance(name, str) else name  # a value may stand behind it
    if not is_fit:
        yield f"{path}: key {_shown(name)} must be {its.limits.hint}"
    place, is_text = f"{path}.{_spelt(name)}", get_args(its.kind)[1] is str
    if isinstance(value, str):
        if HALF.search(value):
            yield f"{place}: must be a text, found half a character"
    elif is_text:
        yield f"{place}: must be a text, found {_name(value)}; quote it"
    elif not _is_scalar(value):
        yield f"{place}: must be a text, a number, true, false or null, found {_name(value)}"


def _is_scalar(value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and -LARGEST <= value <= LARGEST
    return value is None or is_number  # a boolean is an int


def _value(its: Key, data: Any) -> Any:
    """The value of a key in which nothing is wrong."""
    if data is None:
        return its.default
    if is_dataclass(its.kind):
        members = keys(its.container).items()
        given = {k: _value(v, data[k]) for k, v in members if data.get(k) is not None}
        return its.container(**given)
    if its.container is tuple:
        return tuple(_value(its.item, item) for item in data)
    return its.container(data)


def _name(data: Any) -> str:
    """What kind of value it is, and no more: a secret may stand where another kind is wanted."""
    return NAMES.get(type(data), f"a {type(data).__name__}")


def _shown(data: Any) -> str:
    try:
        text = repr(data)
    except ValueError:  # Python spells no whole number of more than 4300 digits
        return "too many digits"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def _spelt(name: Any) -> str:
    """A key as part of a path, which stays on its line whatever the key is."""
    is_plain = isinstance(name, str) and name.isprintable() and len(name) <= LONGEST_SHOWN
    return str(name) if is_plain else _shown(name)
