"""Documents that are wrong: one that is accepted, changed in one to three places to what fits
nowhere. Seeded, so they are the same each time."""

import copy
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

Path = tuple[Any, ...]

DEEP: list[Any] = []
for _ in range(60):
    DEEP = [DEEP]
WRONG: list[Any] = [
    *(True, False, -1, -1.5, float("nan"), float("inf"), 10**400, "\ud83d", "\udfff"),
    *({"": []}, [[]], [None], [{}], DEEP),
]
"""Nothing that is asked for anywhere is one of these."""
GONE, UNKNOWN = object(), object()


def places(document: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value in a document, by its path."""
    if path:
        yield path, document
    listed = document if isinstance(document, list) else []
    members = document.items() if isinstance(document, dict) else enumerate(listed)
    for name, value in members:
        yield from places(value, (*path, name))


def changed(document: Any, path: Path, value: Any) -> Any:
    """A copy with another value there; without it; or with a key that nobody knows beside it."""
    found = copy.deepcopy(document)
    inner = found
    for name in path[:-1]:
        inner = inner[name]
    if value is UNKNOWN and isinstance(inner, dict):
        inner[f"{path[-1]}?"] = "text"
    elif value is GONE and isinstance(inner, dict):
        inner.pop(path[-1], None)
    else:
        inner[path[-1]] = WRONG[0] if value in (GONE, UNKNOWN) else value
    return found


def variants(seed: str, document: Any, count: int, *, knows_all: bool = False) -> Iterator[Any]:
    """So many, each another one; with unknown keys where those are refused."""
    chance, where, seen = Random(seed), list(places(document)), set[str]()
    while len(seen) < count:
        found = document
        for path, value in chance.sample(where, min(len(where), chance.randint(1, 3))):
            is_unknown = knows_all and chance.random() < 0.1
            with suppress(LookupError, TypeError):  # a change before took its place away
                found = changed(found, path, UNKNOWN if is_unknown else _odd(chance, value))
        if (told := repr(found)) not in seen:
            seen.add(told)
            yield found


def _odd(chance: Random, value: Any) -> Any:
    """The text with half a character in it; or what fits nowhere, in some lists and objects."""
    if isinstance(value, str) and chance.random() < 0.5:
        at = chance.randint(0, len(value))
        return f"{value[:at]}{chr(chance.randint(0xD800, 0xDFFF))}{value[at:]}"
    found = chance.choice(WRONG)
    for _ in range(chance.randint(0, 4)):
        found = chance.choice(([found], {"?": found}))
    return found
