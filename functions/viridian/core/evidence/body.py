"""What a check wants of an answer's body, which no complaint quotes but for a scalar it names."""

import json
import re
from collections.abc import Iterator
from typing import Any

from viridian.core.schema import LONGEST_SHOWN, Scalar
from viridian.core.service.smoke_tests import SmokeTest

NOTHING = object()
INDEX = re.compile("0|[1-9][0-9]{0,8}")


def body_complaints(check: SmokeTest, body: bytes) -> Iterator[str]:
    """What is wanted, and found otherwise."""
    if check.body_contains is not None and check.body_contains.encode() not in body:
        yield f"the text of its body_contains, found {len(body)} bytes without it"
    if check.json:
        yield from _json_complaints(check, body)


def at(document: Any, pointer: str) -> Any:
    """What stands at a JSON Pointer (RFC 6901), or NOTHING."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and name in document:
            document = document[name]
        elif isinstance(document, list) and INDEX.fullmatch(name) and int(name) < len(document):
            document = document[int(name)]
        else:
            return NOTHING
    return document


def _json_complaints(check: SmokeTest, body: bytes) -> Iterator[str]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        yield f"JSON, found {len(body)} bytes that are none"
        return
    for pointer, scalar in check.json.items():
        found = at(document, pointer)
        if not _is_same(scalar, found):
            place = _cut(pointer) or "the root"
            told = "another" if check.secret_headers else _told(found)  # it may be what was sent
            yield f"{_told(scalar)} at {place}, found {told}"


def _is_same(wanted: Scalar, found: Any) -> bool:
    """Whether JSON takes them for the same: 1 is 1.0, and is not true."""
    return isinstance(wanted, bool) == isinstance(found, bool) and bool(wanted == found)


def _told(value: Any) -> str:
    if value is NOTHING:
        return "nothing"
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    return _cut(json.dumps(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."
