"""The JSON Schemas and tables are those of the code, and an editor sees what the door sees."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given

from docs.__main__ import (
    DECIDES,
    DOCUMENTS,
    REFERENCE,
    RUNBOOK,
    SCHEMAS,
    json_schema,
    schema_file,
    with_endings,
    with_tables,
    with_timeline,
)
from tests.core.shop import REGISTRATION, SETTINGS, changed
from tests.core.strategies import registrations
from tests.core.test_phase import DECISION, ENDED, RECORD
from viridian.core.phase import DETAIL_TYPE, SOURCE, Phase, changes
from viridian.core.service.registration import Registration
from viridian.core.service.settings import Settings

ROOT = Path(__file__).parents[2]
EXAMPLES = [
    ("request", ROOT / "statemachines/deploy.input.json"),
    *(("release", path) for path in ROOT.glob("examples/shop/releases/*/release.json")),
    *(("service", path) for path in ROOT.glob("examples/shop/*.yaml")),
    ("service", ROOT / "bench/service.yaml"),
]
TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
ANNOTATIONS = {"$schema", "description", "default"}


def accepts(schema: dict[str, Any], data: Any) -> bool:
    """Whether data is valid, by those keywords of JSON Schema that the schemas use."""
    members = data.items() if isinstance(data, dict) else ()
    known = schema.get("properties", {})
    judge: dict[str, Callable[[Any], Any]] = {
        "type": lambda names: any(
            isinstance(data, TYPES[name]) and isinstance(data, bool) == (name == "boolean")
            for name in ([names] if isinstance(names, str) else names)
        ),
        "enum": lambda values: data in values,
        "pattern": lambda pattern: re.search(pattern, data),
        "minLength": lambda least: len(data) >= least,
        "minimum": lambda least: data >= least,
        "maximum": lambda most: data <= most,
        "minItems": lambda least: len(data) >= least,
        "maxItems": lambda most: len(data) <= most,
        "maxProperties": lambda most: len(data) <= most,
        "items": lambda item: all(accepts(item, one) for one in data),
        "required": lambda names: set(names) <= set(data),
        "properties": lambda parts: all(accepts(parts[k], v) for k, v in members if k in parts),
        "propertyNames": lambda name: all(accepts(name, key) for key in data),
        "additionalProperties": lambda rest: all(
            rest is not False and accepts(rest, v) for k, v in members if k not in known
        ),
    }
    return all(judge[word](schema[word]) for word in schema if word not in ANNOTATIONS)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_schema_in_the_repository_is_the_code_s(document: str) -> None:
    written = json.loads(schema_file(document).read_text())

    assert written == json.loads(json.dumps(json_schema(DOCUMENTS[document]))), "run make docs"


@pytest.mark.parametrize("item", [DECISION, RECORD, ENDED])
def test_an_event_is_as_its_schema_has_it_and_may_have_members_more(item: dict[str, Any]) -> None:
    [phase] = changes({}, item) if item is not ENDED else changes(RECORD, item)
    schema = json_schema(Phase)
    event = {"source": SOURCE, "detail-type": DETAIL_TYPE, "detail": phase.detail}

    assert accepts(schema, event | {"time": "2026-11-01T12:00:00Z"})
    assert accepts(schema, event | {"detail": phase.detail | {"newer": 1}})
    assert not accepts(schema, event | {"detail": phase.detail | {"phase": "unheard of"}})
    assert not accepts(schema, event | {"source": "aws.states"})


def test_there_is_no_schema_of_anything_else() -> None:
    assert set(SCHEMAS.iterdir()) == {schema_file(document) for document in DOCUMENTS}


def test_the_tables_of_the_reference_are_the_code_s() -> None:
    page = REFERENCE.read_text()

    assert set(re.findall(r"<!-- keys of the (\w+) -->", page)) == set(DOCUMENTS)
    assert with_tables(page) == page, "run make docs"


def test_the_table_of_endings_is_the_code_s() -> None:
    page = RUNBOOK.read_text()

    assert "<!-- endings -->" in page
    assert with_endings(page) == page, "run make docs"


@pytest.mark.parametrize(("document", "path"), EXAMPLES, ids=str)
def test_every_example_is_valid_in_an_editor(document: str, path: Path) -> None:
    assert accepts(json_schema(DOCUMENTS[document]), yaml.safe_load(path.read_text()))


def shown(language: str) -> list[str]:
    """The examples of a language in all pages."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    blocks = rf"^```{language}\n(.*?)^```"
    return [text for page in pages for text in re.findall(blocks, page.read_text(), re.M | re.S)]


def test_the_parts_of_a_service_file_that_are_shown_are_valid() -> None:
    parts = [part for part in map(yaml.safe_load, shown("yaml")) if part]
    keys = {key for part in parts for key in part}

    assert keys == {"smoke_tests", "freezes", "ignored_alarms", "hooks", "approvals"}
    assert [Settings.from_dict(SETTINGS | part, "service.yaml") for part in parts]


def test_the_requests_and_releases_that_are_shown_are_valid() -> None:
    documents = [json.loads(text) for text in shown("json") if text.startswith("{")]
    ours = [document for document in documents if {"service", "version"} <= set(document)]

    assert len(ours) >= 3
    for document in ours:
        kind = "release" if {"command", "bundle"} & set(document) else "request"
        assert accepts(json_schema(DOCUMENTS[kind]), document), document


@given(registrations())
def test_what_is_taken_at_the_door_is_valid_in_an_editor(document: dict[str, Any]) -> None:
    assert accepts(json_schema(Registration), document)


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("rule_arn", "rule"),
        ("rule_arn", f"x{REGISTRATION['rule_arn']}"),
        ("unknown", 1),
        ("green.fleet.unknown", 1),
        ("shared_alarms.0", ""),
        ("blue.alarms", []),
        ("settings.smoke_tests", [SETTINGS["smoke_tests"][0]] * 11),
        ("settings.smoke_tests.0.method", "TRACE"),
        ("settings.smoke_tests.0.json", {"status": "ok"}),
        ("settings.smoke_tests.0.json", {"/status": ["ok"]}),
        ("settings.smoke_tests.0.headers", {"X": 1}),
        ("settings.smoke_tests.0.headers", {f"X-{number}": "" for number in range(21)}),
        ("settings.steps.1.percent", 101),
        ("settings.steps.1.percent", 0),
        ("settings.steps.1", {"percent": 50}),
        ("settings.resting_count", "1"),
        ("settings.alarms.latency_p99_seconds", 0),
    ],
)
def test_what_is_wrong_by_itself_is_marked_in_an_editor(path: str, wrong: Any) -> None:
    assert not accepts(json_schema(Registration), changed(REGISTRATION, path, wrong))


@pytest.mark.parametrize("environment", [{"VIRIDIAN_X": "1"}, {"PORT": 80}])
def test_a_variable_that_is_refused_is_marked_in_an_editor(environment: dict[str, Any]) -> None:
    release = {"service": "shop", "version": "1.1.0"}
    schema = json_schema(DOCUMENTS["release"])

    assert accepts(schema, {**release, "environment": {"PORT": "80"}})
    assert not accepts(schema, {**release, "environment": environment})


def test_the_timeline_is_that_of_the_example_s_service_file() -> None:
    page = DECIDES.read_text()

    assert with_timeline(page) == page
    assert "| never answers |" in page
