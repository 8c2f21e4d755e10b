"""Whatever comes to a door is refused by its name, with the path of what is wrong; nothing is done.

Each document is one that is accepted, changed in one to three places to what fits nowhere, or cut.
"""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from tests.core.shop import DEPLOYMENT_ID, REGISTRATION, payload
from tests.handlers.conftest import CONTEXT, Shop
from tests.handlers.test_admit_request import BUNDLE_KEY, BYTES, MANIFEST
from viridian.core.errors import Refusal
from viridian.core.guardian import Machine
from viridian.handlers import admit_request
from viridian.handlers.controls import control
from viridian.handlers.events import alarm_changed, artifact_uploaded, candidate_steady, guardian

CHANGED_EACH = 700
DEEP: list[Any] = []
for _ in range(60):
    DEEP = [DEEP]
WRONG: list[Any] = [
    *(True, False, -1, -1.5, float("nan"), float("inf"), 10**400),
    *({"": []}, [[]], [None], [{}], DEEP),
]
"""Nothing that is asked for anywhere is one of these."""
GONE, UNKNOWN = object(), object()
REQUEST = {
    "service": "shop",
    "version": "1.1.0",
    "manifest_version_id": "v1",
    "uploaded_at": "2026-11-01T12:00:00Z",
    "steps": [{"percent": 10, "bake_seconds": 30}, {"percent": 100, "bake_seconds": 30}],
}
UPLOAD = {
    "time": "2026-11-01T12:00:00Z",
    "detail": {
        "bucket": {"name": "artifacts"},
        "object": {"key": "shop/1.1.0/release.json", "version-id": "v1"},
    },
}
ALARM = {"service": "shop", "alarm": "shop-elb-5xx"}
CONTROL = {
    "action": "skip",
    "service": "shop",
    "by": "alice",
    "reason": "because",
    "deployment_id": DEPLOYMENT_ID,
    "percent": 10,
}
ENDED = {"at": "2026-11-01T12:00:00Z", "execution": "another", "machine": "arn:deploy"}
MACHINES = {Machine.DEPLOY: "arn:deploy", Machine.STANDBY: "arn:standby"}


def request(shop: Shop, document: Any) -> Any:
    event = payload(admit_request.Input, request=document)
    return admit_request.handler(event, CONTEXT, shop.registrations, shop.artifacts, shop.records)


def manifest(shop: Shop, document: Any) -> Any:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    shop.artifacts.objects["shop/1.1.0/release.json"] = [content]
    return request(shop, {"service": "shop", "version": "1.1.0"})


def registration(shop: Shop, document: Any) -> Any:
    text = document.decode() if isinstance(document, bytes) else json.dumps(document)
    shop.registrations.texts["shop"] = text
    return request(shop, {"service": "shop", "version": "1.1.0"})


def upload(shop: Shop, event: Any) -> Any:
    return artifact_uploaded.handler(event, CONTEXT, shop.executions)


def alarm(shop: Shop, event: Any) -> Any:
    return alarm_changed.handler(event, CONTEXT, shop.leases, shop.executions)


def steady(shop: Shop, event: Any) -> Any:
    return candidate_steady.handler(event, CONTEXT, shop.leases, shop.executions)


def ended(shop: Shop, event: Any) -> Any:
    return guardian.handler(event, CONTEXT, shop.leases, shop.records, shop.executions, MACHINES)


def ask(shop: Shop, event: Any) -> Any:
    return control.handler(event, CONTEXT, shop.leases, shop.records, shop.executions)


@dataclass(frozen=True)
class Door:
    """Where documents come in: one that is accepted, and how the path of what is wrong begins."""

    enter: Callable[[Shop, Any], Any]
    accepted: dict[str, Any]
    root: str
    knows_all: bool = True
    is_text: bool = False


DOORS = [
    Door(request, REQUEST, "input"),
    Door(manifest, MANIFEST, "shop/1.1.0/release.json", is_text=True),
    Door(registration, REGISTRATION, "registration", is_text=True),
    Door(ask, CONTROL, "control"),
    Door(upload, UPLOAD, "event", knows_all=False),
    Door(alarm, ALARM, "event", knows_all=False),
    Door(steady, {"service": "shop", "ecs_service": "arn:ecs"}, "event", knows_all=False),
    Door(ended, ENDED, "event", knows_all=False),
]


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a document."""
    if path:
        yield path
    listed = document if isinstance(document, list) else []
    members = document.items() if isinstance(document, dict) else enumerate(listed)
    for name, value in members:
        yield from places(value, (*path, name))


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
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


def malformed(door: Door) -> Iterator[Any]:
    """Documents that are not to be accepted: seeded, so the same each time."""
    chance, document = Random(door.enter.__name__), door.accepted
    where = list(places(document))
    yield from (None, 1, "shop", [], True, {}, [document])
    for path in where:
        yield from (changed(document, path, wrong) for wrong in WRONG)
    if door.is_text:
        text = json.dumps(document).encode()
        yield from (text[:length] for length in range(len(text)))
    odd = [*WRONG, *([UNKNOWN] if door.knows_all else [])]
    for _ in range(CHANGED_EACH):
        found = document
        for path in chance.sample(where, min(len(where), chance.randint(1, 3))):
            is_there = path in set(places(found))
            found = changed(found, path, chance.choice(odd)) if is_there else found
        yield found


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.enter.__name__)
def test_what_is_malformed_is_refused_with_its_path_and_nothing_is_touched(
    shop: Shop, door: Door
) -> None:
    shop.artifacts.put(BUNDLE_KEY, BYTES)
    shop.artifacts.put("shop/1.1.0/release.json", json.dumps(MANIFEST).encode())
    before = copy.deepcopy((shop.leases.items, shop.records.items, shop.executions.started))
    refused = 0

    for document in malformed(door):
        with pytest.raises(Refusal) as refusal:
            door.enter(shop, document)
        assert str(refusal.value).startswith(door.root), document
        refused += 1

    assert (shop.leases.items, shop.records.items, shop.executions.started) == before
    assert shop.executions.answers == {}
    assert refused >= CHANGED_EACH
    door.enter(shop, door.accepted)


def test_there_are_five_thousand_of_them() -> None:
    assert sum(1 for door in DOORS for _ in malformed(door)) >= 5_000
