"""Reading one JSON object at the door: every complaint names the path of what is wrong."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from viridian.core.errors import Refusal

Read = TypeVar("Read")


@dataclass
class Fields:
    """The members of one object; `done()` refuses those nobody read."""

    value: Any
    path: str
    refusal: type[Refusal]
    read: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if not isinstance(self.value, dict):
            raise self.refusal(f"{self.path}: must be an object, found {_kind(self.value)}")

    def has(self, name: str) -> bool:
        """Whether the member is given and not null."""
        self.read.add(name)
        return self.value.get(name) is not None

    def text(self, name: str, pattern: str = r"(?s).+", hint: str = "a text") -> str:
        """A string that matches the whole pattern."""
        found = self._member(name, str, hint)
        if not re.fullmatch(pattern, found):
            raise self.wrong(name, f"must be {hint}, found {found!r}")
        return str(found)

    def integer(self, name: str, low: int, high: int) -> int:
        """A whole number within the bounds, both included."""
        hint = f"a whole number from {low} to {high}"
        found = self._member(name, int, hint)
        if not low <= found <= high:
            raise self.wrong(name, f"must be {hint}, found {found}")
        return int(found)

    def number(self, name: str, low: float, high: float) -> float:
        """A number within the bounds, both included."""
        hint = f"a number from {low:g} to {high:g}"
        found = self._member(name, (int, float), hint)
        if not low <= found <= high:
            raise self.wrong(name, f"must be {hint}, found {found}")
        return float(found)

    def object(self, name: str) -> "Fields":
        """A nested object."""
        self._present(name, "an object")
        return Fields(self.value[name], f"{self.path}.{name}", self.refusal)

    def objects(self, name: str) -> list["Fields"]:
        """A list of nested objects, in order."""
        items = self._member(name, list, "a list")
        return [
            Fields(item, f"{self.path}.{name}[{index}]", self.refusal)
            for index, item in enumerate(items)
        ]

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of non-empty strings."""
        return tuple(self._texts(name, self._member(name, list, "a list of texts")))

    def mapping(self, name: str, key_pattern: str, hint: str) -> dict[str, str]:
        """An object of strings whose keys match the pattern."""
        found = self._member(name, dict, "an object")
        for key, value in found.items():
            if not re.fullmatch(key_pattern, key):
                raise self.refusal(f"{self.path}.{name}: key {key!r} must be {hint}")
            if not isinstance(value, str):
                raise self.refusal(
                    f"{self.path}.{name}.{key}: must be a text, found {_kind(value)}; quote it"
                )
        return dict(found)

    def optional(self, name: str, read: Callable[[str], Read], default: Read) -> Read:
        """What `read` reads, or the default when the member is absent."""
        return read(name) if self.has(name) else default

    def done(self) -> None:
        """Refuse members that nothing read: a misspelt key must not pass in silence."""
        unknown = sorted(set(self.value) - self.read, key=str)
        if unknown:
            known = ", ".join(sorted(self.read))
            raise self.refusal(f"{self.path}.{unknown[0]}: unknown key; known are {known}")

    def wrong(self, name: str, message: str) -> Refusal:
        """The refusal of one member, with its path."""
        return self.refusal(f"{self.path}.{name}: {message}")

    def _member(self, name: str, kind: type | tuple[type, ...], hint: str) -> Any:
        self._present(name, hint)
        found = self.value[name]
        if not isinstance(found, kind) or isinstance(found, bool):
            raise self.wrong(name, f"must be {hint}, found {_kind(found)}")
        return found

    def _present(self, name: str, hint: str) -> None:
        if not self.has(name):
            raise self.wrong(name, f"is missing; give {hint}")

    def _texts(self, name: str, items: list[Any]) -> Iterator[str]:
        for index, item in enumerate(items):
            if not isinstance(item, str) or not item:
                raise self.wrong(f"{name}[{index}]", f"must be a text, found {_kind(item)}")
            yield item


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a boolean"}
    if value is None:
        return "nothing"
    return names.get(type(value), f"the number {value}")
