"""Whatever comes to a door is refused by its name, with the path of what is wrong; nothing is done.

But for two: a breach, and an execution that ended, are seen to whatever else their event lacks.
"""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from tests.core.shop import DEPLOYMENT_ID, REGISTRATION, deployment, payload, sides
from tests.handlers.conftest import CONTEXT, Shop
from tests.handlers.malformed import GONE, WRONG, Path, changed, places, variants
from tests.handlers.test_admit_request import BUNDLE_KEY, BYTES, MANIFEST
from viridian.adapters.starter import Starter
from viridian.core.errors import EventInvalid, Refusal
from viridian.core.guardian import Machine, guardian_name
from viridian.core.record import admitted, inspected
from viridian.handlers import admit_request
from viridian.handlers.controls import approve, control
from viridian.handlers.events import (
    alarm_changed,
    artifact_uploaded,
    candidate_steady,
    guardian,
    image_pushed,
    release_requested,
    rule_changed,
)

EACH = 5_000
NOON = "2026-11-01T12:00:00Z"
NO_TIMES = ("noon", "2026-02-30T12:00:00Z", "2026-11-01T25:00:00Z", "2026-11-01T12:00:00")
ADMISSION = payload(admit_request.Input, request=None)
REQUEST = {
    "service": "shop",
    "version": "1.1.0",
    "manifest_version_id": "v1",
    "uploaded_at": NOON,
    "steps": [{"percent": 10, "bake_seconds": 30}, {"percent": 100, "bake_seconds": 30}],
}
UPLOAD = {
    "time": NOON,
    "detail": {
        "bucket": {"name": "artifacts"},
        "object": {"key": "shop/1.1.0/release.json", "version-id": "v1"},
    },
}
PUSH = {"service": "shop", "version": "2.0.0", "image": f"shop@sha256:{'a' * 64}"}
ALARM = {"service": "shop", "alarm": "shop-elb-5xx"}
SAW = {
    "startDate": "2026-11-01T12:00:00.000+0000",
    "period": 60,
    "recentDatapoints": [7.0, 9.0],
    "evaluatedDatapoints": [{"timestamp": "2026-11-01T12:02:00.000+0000", "value": 9.0}],
}
CONTROL = {
    "action": "skip",
    "service": "shop",
    "by": "alice",
    "reason": "because",
    "deployment_id": DEPLOYMENT_ID,
    "percent": 10,
}
APPROVAL = {
    "answer": "approve",
    "service": "shop",
    "by": "alice",
    "reason": "because",
    "key": "go-10",
    "deployment_id": DEPLOYMENT_ID,
}
RULE_CHANGE = {"service": "shop", "at": "2026-11-01T12:00:00Z"}
ENDED = {"execution": "another", "machine": "arn:deploy"}
MACHINES = {Machine.DEPLOY: "arn:deploy", Machine.STANDBY: "arn:standby"}


def request(shop: Shop, document: Any) -> Any:
    event = {**ADMISSION, "request": document}
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


def asked_for(shop: Shop, document: Any) -> Any:
    starter = Starter(shop.executions, shop.artifacts, shop.records, "machine")
    return release_requested.handler({"id": "event", "detail": document}, CONTEXT, starter)


def pushed(shop: Shop, event: Any) -> Any:
    return image_pushed.handler(event, CONTEXT, shop.artifacts)


def alarm(shop: Shop, event: Any) -> Any:
    return alarm_changed.handler(event, CONTEXT, shop.leases, shop.executions)


def steady(shop: Shop, event: Any) -> Any:
    return candidate_steady.handler(event, CONTEXT, shop.leases, shop.executions)


def changed_rule(shop: Shop, event: Any) -> Any:
    return rule_changed.handler(event, CONTEXT, shop.leases, shop.executions)


def ended(shop: Shop, event: Any) -> Any:
    return guardian.handler(event, CONTEXT, shop.leases, shop.records, shop.executions, MACHINES)


def minute(shop: Shop, event: Any) -> Any:
    return ended(shop, event)


def ask(shop: Shop, event: Any) -> Any:
    return control.handler(event, CONTEXT, shop.leases, shop.records, shop.executions)


def answer(shop: Shop, event: Any) -> Any:
    return approve.handler(event, CONTEXT, shop.answers)


@dataclass(frozen=True)
class Door:
    """Where documents come in: one that is accepted, how the path of what is wrong begins, and
    values that are nearly right. An event needs all that is read of it, and may have more."""

    enter: Callable[[Shop, Any], Any]
    accepted: dict[str, Any]
    root: str
    nearly: tuple[tuple[Path, Any], ...] = ()
    is_text: bool = False

    @property
    def is_event(self) -> bool:
        return self.root == "event"

    def malformed(self) -> Iterator[Any]:
        """What it must refuse."""
        yield from (None, 1, "shop", [], True, {}, [self.accepted])
        yield from (changed(self.accepted, path, value) for path, value in self.nearly)
        where = [path for path, _ in places(self.accepted)]
        for path in where:
            wrong = [*WRONG, GONE] if self.is_event else WRONG
            yield from (changed(self.accepted, path, value) for value in wrong)
        if self.is_text:
            text = json.dumps(self.accepted).encode()
            yield from (text[:length] for length in range(len(text)))
        name = self.enter.__name__
        yield from variants(name, self.accepted, EACH, knows_all=not self.is_event)


KEY = ("detail", "object", "key")
VERSION_ID = ("detail", "object", "version-id")
DOORS = [
    Door(
        request,
        REQUEST,
        "input",
        (
            (("service",), "s" * 33),
            (("manifest_version_id",), "v" * 1_025),
            *((("uploaded_at",), time) for time in NO_TIMES),
        ),
    ),
    Door(
        manifest,
        MANIFEST,
        "shop/1.1.0/release.json",
        ((("bundle",), "b" * 256),),
        is_text=True,
    ),
    Door(
        registration,
        REGISTRATION,
        "registration",
        tuple(
            (("test_url",), f"http://shop{end}") for end in (":99999", ":", ":a", "..a", "a" * 64)
        ),
        is_text=True,
    ),
    Door(ask, CONTROL, "control", ((("deployment_id",), "d" * 81), (("by",), "a\nb"))),
    Door(answer, APPROVAL, "approval", ((("key",), "k" * 37), (("answer",), "yes"))),
    Door(
        upload,
        UPLOAD,
        "event",
        ((VERSION_ID, "v" * 1_025), *((("time",), time) for time in NO_TIMES)),
    ),
    Door(asked_for, REQUEST, "input", ((("service",), "s" * 33),)),
    Door(pushed, PUSH, "event", ((("image",), "shop:2.0.0"), (("version",), "a/b"))),
    Door(alarm, ALARM, "event", ((("service",), "s" * 33),)),
    Door(steady, {"service": "shop", "ecs_service": "arn"}, "event", ((("service",), "Shop"),)),
    Door(changed_rule, RULE_CHANGE, "event", ((("service",), "Shop"),)),
    Door(ended, ENDED, "event", ((("execution",), "e" * 81), (("machine",), "arn:another"))),
    Door(minute, {"at": NOON}, "event", tuple((("at",), time) for time in NO_TIMES)),
]


def touched(shop: Shop) -> Any:
    """All that an entry point may write."""
    executions = shop.executions.started, shop.executions.ended, shop.executions.answers
    kept = shop.leases.items, shop.leases.stopped, shop.records.items, shop.records.controls
    return copy.deepcopy((*kept, executions))


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.enter.__name__)
def test_what_is_malformed_is_refused_with_its_path_and_nothing_is_touched(
    shop: Shop, door: Door
) -> None:
    shop.artifacts.put(BUNDLE_KEY, BYTES)
    shop.artifacts.put("shop/1.1.0/release.json", json.dumps(MANIFEST).encode())
    shop.executions.start("arn:deploy", DEPLOYMENT_ID, {})
    shop.ask("go-10")
    before = touched(shop)
    refused = 0

    for document in door.malformed():
        with pytest.raises(Refusal) as refusal:
            door.enter(shop, document)
        assert str(refusal.value).startswith(door.root), document
        refused += 1

    assert refused >= EACH
    assert touched(shop) == before
    door.enter(shop, door.accepted)


def told_of_a_breach() -> Iterator[Any]:
    """Events of an alarm that say which one, and all else wrongly."""
    besides = {"reason": "9 > 5", "at": NOON, "state": {"reasonData": json.dumps(SAW)}}
    yield from ({**ALARM, **found} for found in variants("besides", besides, EACH // 2))
    text = json.dumps(SAW)
    cuts = [text[:length] for length in range(len(text))]
    for data in (*cuts, *map(json.dumps, variants("saw", SAW, EACH - EACH // 2 - len(cuts)))):
        yield {**ALARM, "at": NOON, "state": {"reasonData": data}}


def test_no_breach_is_lost_for_what_its_event_says_besides(shop: Shop) -> None:
    heard = 0
    for event in told_of_a_breach():
        shop.leases.set("shop", breach=None, first_shifted_at=1, waits={"watch": "token"})
        shop.executions.waiting.add("token")

        assert alarm(shop, event) == {"is_watched": True, "is_bake_ended": True}, event
        breach = shop.leases.get("shop").breach
        assert breach is not None
        assert breach.encode().startswith(b"shop-elb-5xx went into ALARM")
        heard += 1

    assert heard == EACH


def test_no_execution_that_ended_is_left_for_what_its_event_says_besides(shop: Shop) -> None:
    shop.records.write(admitted(deployment(), at="12:00"))
    shop.records.write(inspected("shop", DEPLOYMENT_ID, fence=7, sides=sides()))
    shop.executions.end("arn:deploy", DEPLOYMENT_ID)
    besides = {"at": NOON, "machine": "arn:deploy"}

    for fence, told in enumerate(variants("ended", besides, EACH), 8):
        with suppress(EventInvalid):  # the machine's, asked for when all else is done
            ended(shop, {"execution": DEPLOYMENT_ID, **told})
        assert shop.leases.get("shop").fence == fence, told
        shop.executions.end("arn:standby", guardian_name(DEPLOYMENT_ID, fence))


def test_whatever_an_execution_was_asked_its_ending_is_heard(shop: Shop) -> None:
    standby = {"entry": "soak", "deployment": {"service": "shop", "id": "another"}}
    before = touched(shop)[:4]

    for machine, asked in ((Machine.DEPLOY, REQUEST), (Machine.STANDBY, standby)):
        arn = MACHINES[machine]
        for request in variants(machine, asked, EACH):
            shop.executions.started[arn, "another"] = request
            shop.executions.end(arn, "another", "SUCCEEDED")
            assert ended(shop, {"execution": "another", "machine": arn}) == {}

    assert touched(shop)[:4] == before
