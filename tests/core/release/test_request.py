"""What a person or an event asks for."""

import json
from pathlib import Path
from typing import Any

import pytest

from viridian.core.errors import RequestInvalid
from viridian.core.plan import Step
from viridian.core.release.request import Request

DOCUMENTED_EXAMPLE = Path(__file__).parents[3] / "statemachines/deploy.input.json"
VALID = {"service": "shop", "version": "1.1.0"}


def test_the_documented_example_is_a_valid_request() -> None:
    assert Request.from_dict(json.loads(DOCUMENTED_EXAMPLE.read_text())) == Request("shop", "1.1.0")


def test_a_request_names_where_its_manifest_lies() -> None:
    assert Request.from_dict(VALID).manifest_key == "shop/1.1.0/release.json"


def test_a_request_may_pin_its_manifest_and_bring_its_own_steps() -> None:
    steps = [{"percent": 100, "bake_seconds": 5}]

    found = Request.from_dict({**VALID, "manifest_version_id": "v1", "steps": steps})

    assert found.manifest_version_id == "v1"
    assert found.steps == (Step(100, 5),)


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({"service": None}, "input.service: is missing"),
        ({"service": "../shop"}, "input.service: must be a lower-case name"),
        ({"version": 1.1}, "input.version: must be a version .* found a number"),
        ({"version": ".."}, "input.version: must be a version"),
        ({"version": "1/2"}, "input.version: must be a version"),
        ({"version": "1.1.0\n"}, "input.version: must be a version"),
        ({"version": "1" * 33}, "input.version: must be a version of at most 32"),
        ({"manifest_version_id": ""}, "input.manifest_version_id: must be a version id"),
        ({"manifest_version_id": "v" * 1025}, "input.manifest_version_id: must be a version id"),
        ({"uploaded_at": "2026-11-01 12:00"}, "input.uploaded_at: must be a time of UTC"),
        ({"uploaded_at": "2026-02-30T12:00:00Z"}, "input.uploaded_at: must be a time of UTC"),
        ({"uploaded_at": "2026-11-01T25:00:00Z"}, "input.uploaded_at: must be a time of UTC"),
        ({"force": True}, "input.force: unknown key; known are accept, again, ignore_alarms"),
    ],
)
def test_a_wrong_request_is_refused_with_its_path(members: dict[str, Any], complaint: str) -> None:
    with pytest.raises(RequestInvalid, match=f"^{complaint}"):
        Request.from_dict({**VALID, **members})
