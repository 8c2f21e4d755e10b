"""What editors and people read of the documents: `python -m docs` writes it from the declarations.

A JSON Schema of each in `docs/schema/`, the tables of `docs/reference.md`, that of the endings in
the runbook, that of the example's timeline in `docs/decides.md`, and the messages in
`docs/troubleshooting.md`. The rules between keys are in no schema: the tables tell them in words.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from math import isfinite
from pathlib import Path
from typing import Any, get_args

import yaml

from docs.messages import with_messages
from viridian.core.approval import Approval
from viridian.core.control import Control
from viridian.core.ending import ENDINGS
from viridian.core.phase import DETAIL_TYPE, SOURCE, Phase
from viridian.core.release.manifest import Manifest
from viridian.core.release.request import Request
from viridian.core.schema import Key, keys
from viridian.core.service.registration import Registration
from viridian.core.service.settings import Settings
from viridian_cli.timeline import table as timeline

DOCUMENTS: dict[str, Any] = {
    "request": Request,
    "release": Manifest,
    "service": Settings,
    "registration": Registration,
    "control": Control,
    "approval": Approval,
    "phase": Phase,
}
SCHEMAS = Path(__file__).parent / "schema"
REFERENCE = Path(__file__).parent / "reference.md"
RUNBOOK = Path(__file__).parent / "runbook.md"
DECIDES = Path(__file__).parent / "decides.md"
TROUBLESHOOTING = Path(__file__).parent / "troubleshooting.md"
EXAMPLE = Path(__file__).parents[1] / "examples" / "shop" / "service.yaml"
EXAMPLE_PER_MINUTE = 600
ENDINGS_PLACE = re.compile(r"(<!-- endings -->\n).*?(?=<!-- end -->)", re.S)
TIMELINE_PLACE = re.compile(r"(<!-- timeline -->\n).*?(?=<!-- end -->)", re.S)
PLACE = re.compile(r"(<!-- keys of the (\w+) -->\n).*?(?=<!-- end -->)", re.S)
DIALECT = "https://json-schema.org/draft/2020-12/schema"
DIALECT_OF_EVENTS = "http://json-schema.org/draft-04/schema#"
"""What the schema registry of EventBridge reads."""
SCALARS = ["string", "number", "boolean", "null"]
TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}
TYPES |= {tuple: "array", dict: "object"}
BOUNDS = {tuple: ("minItems", "maxItems"), dict: ("minProperties", "maxProperties")}


def write() -> None:
    """Write the schemas, the tables and the messages."""
    for name, kind in DOCUMENTS.items():
        schema_file(name).write_text(json.dumps(json_schema(kind), indent=2) + "\n")
    REFERENCE.write_text(with_tables(REFERENCE.read_text()))
    RUNBOOK.write_text(with_endings(RUNBOOK.read_text()))
    DECIDES.write_text(with_timeline(DECIDES.read_text()))
    TROUBLESHOOTING.write_text(with_messages(TROUBLESHOOTING.read_text()))


def schema_file(document: str) -> Path:
    """Where the JSON Schema of a document is."""
    return SCHEMAS / f"{document}.schema.json"


def with_tables(page: str) -> str:
    """A page with the table of each document in its place."""
    return PLACE.sub(lambda place: place[1] + table(DOCUMENTS[place[2]]), page)


def with_endings(page: str) -> str:
    """A page with the table of endings in its place."""
    lines = ["| ending | production | who acts |", "|---|---|---|"]
    for name, ending in ENDINGS.items():
        lines.append(f"| `{name}` | {ending.production} | {ending.who_acts} |")
    return ENDINGS_PLACE.sub(lambda place: place[1] + "\n".join(lines) + "\n", page)


def with_timeline(page: str) -> str:
    """A page with the timeline of the example's service file in its place."""
    settings = Settings.from_dict(yaml.safe_load(EXAMPLE.read_text()), EXAMPLE.name)
    found = timeline.table(settings, EXAMPLE_PER_MINUTE)
    return TIMELINE_PLACE.sub(lambda place: place[1] + found, page)


def table(kind: Any) -> str:
    """The keys of a document in Markdown."""
    lines = ["| key | | value | meaning |", "|---|---|---|---|"]
    for path, its in rows(kind, {*DOCUMENTS.values()}):
        wanted = its.wanted.replace("<", r"\<")
        lines.append(f"| `{path}` | {_need(its)} | {wanted} | {its.meaning} |")
    return "\n".join(lines) + "\n"


def rows(kind: Any, told: set[Any], prefix: str = "") -> Iterator[tuple[str, Key]]:
    """Every key by its path; the keys of a part once, and not of what has a table of its own."""
    for name, its in keys(kind).items():
        yield f"{prefix}{name}", its
        part, dot = (its.item.kind, "[].") if its.container is tuple else (its.kind, ".")
        if is_dataclass(part) and part not in told:
            told.add(part)
            yield from rows(part, told, f"{prefix}{name}{dot}")


def json_schema(kind: Any) -> dict[str, Any]:
    """The JSON Schema of a document; of a phase that of its event, which may have members more."""
    if kind is Phase:
        fixed = {"source": SOURCE, "detail-type": DETAIL_TYPE}
        return {
            "$schema": DIALECT_OF_EVENTS,
            "description": kind.__doc__,
            "type": "object",
            "properties": {
                **{name: {"type": "string", "enum": [value]} for name, value in fixed.items()},
                "detail": _object_schema(kind) | {"additionalProperties": {}},
            },
            "required": [*fixed, "detail"],
        }
    return {"$schema": DIALECT, "description": kind.__doc__, **_schema(Key(kind))}


def _need(its: Key) -> str:
    if its.is_required:
        return "required"
    return f"{its.default} unless given" if its.default else "optional"


def _schema(its: Key) -> dict[str, Any]:
    if is_dataclass(its.kind):
        return _object_schema(its.kind)
    found = {"type": TYPES[its.container], **_bounds(its)}
    text = {"pattern": f"^(?:{its.limits.pattern})$"} if its.limits.pattern else {"minLength": 1}
    if its.container is str:
        return found | text
    if its.container is dict:
        is_text = get_args(its.kind)[1] is str
        value = {"type": "string" if is_text else SCALARS}
        return found | {"propertyNames": text, "additionalProperties": value}
    return found | ({"items": _schema(its.item)} if its.container is tuple else {})


def _bounds(its: Key) -> dict[str, float]:
    names = BOUNDS.get(its.container, ("minimum", "maximum"))
    bounds = zip(names, (its.limits.low, its.limits.high), strict=True)
    return {name: bound for name, bound in bounds if isfinite(bound)}


def _object_schema(kind: Any) -> dict[str, Any]:
    members = keys(kind)
    return {
        "type": "object",
        "properties": {name: _described(its) for name, its in members.items()},
        "required": [name for name, its in members.items() if its.is_required],
        "additionalProperties": False,
    }


def _described(its: Key) -> dict[str, Any]:
    said = f"{its.meaning}: {its.wanted}" if its.limits.hint else its.meaning
    default = {"default": its.default} if its.default else {}
    return {"description": said, **_schema(its), **default}


if __name__ == "__main__":
    write()
