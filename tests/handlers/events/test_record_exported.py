"""RecordExported: an ended deployment's record as one document."""

import json
from typing import Any

import pytest

from tests.core.shop import DEPLOYMENT_ID, deployment, payload
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.decisions import Moment
from viridian.core.errors import EventInvalid
from viridian.core.record import admitted
from viridian.core.values import revive
from viridian.handlers.events.record_exported import handler

MACHINE = "arn:deploy"
ENDED = {"machine": MACHINE, "execution": DEPLOYMENT_ID}
KEY = f"deployments/shop/{DEPLOYMENT_ID}/record.json"


def export(shop: Shop, event: dict[str, Any] = ENDED) -> Any:
    given = shop.executions, shop.artifacts, shop.records, shop.decisions
    return handler(event, CONTEXT, *given)["key"]


def exported(shop: Shop) -> Any:
    [content] = shop.artifacts.objects[KEY]
    return json.loads(content)


@pytest.fixture
def ended(shop: Shop) -> Shop:
    shop.executions.end(MACHINE, DEPLOYMENT_ID, "FAILED")
    shop.executions.started[MACHINE, DEPLOYMENT_ID]["service"] = "shop"
    shop.records.write(admitted(deployment(), at="12:00"))
    shop.decisions.append(revive(Moment, payload(Moment)), "ShiftTraffic", after=10)
    return shop


def test_it_holds_the_record_and_every_decision(ended: Shop) -> None:
    assert export(ended) == KEY

    found = exported(ended)
    assert found["deployment"]["id"] == DEPLOYMENT_ID
    assert [each["after"] for each in found["decisions"]] == [10]


def test_the_standby_s_ending_writes_the_same_document_anew(ended: Shop) -> None:
    export(ended)
    standby = {"service": "shop", "id": DEPLOYMENT_ID}
    ended.executions.end("arn:standby", "its-guardian-8", "SUCCEEDED")
    ended.executions.started["arn:standby", "its-guardian-8"]["deployment"] = standby
    ended.records.items["shop", f"DEPLOYMENT#{DEPLOYMENT_ID}"]["standby_ending"] = "StandbyRetired"

    assert export(ended, {"machine": "arn:standby", "execution": "its-guardian-8"}) == KEY
    assert exported(ended)["standby_ending"] == "StandbyRetired"


def test_of_what_was_refused_at_the_door_there_is_none(shop: Shop) -> None:
    shop.executions.end(MACHINE, DEPLOYMENT_ID, "FAILED")
    shop.executions.started[MACHINE, DEPLOYMENT_ID]["service"] = "shop"

    assert export(shop) is None
    assert not shop.artifacts.objects


def test_an_event_without_an_execution_is_refused(shop: Shop) -> None:
    with pytest.raises(EventInvalid, match=r"event\.execution"):
        export(shop, {"machine": MACHINE})
