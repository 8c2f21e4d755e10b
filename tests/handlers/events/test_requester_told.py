"""RequesterTold: who asked for a deployment, as CloudTrail tells it."""

from typing import Any

import pytest

from tests.core.shop import deployment
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import EventInvalid, NotKnown, RequestInvalid
from viridian.core.record import admitted
from viridian.core.release.upload import Upload
from viridian.handlers.events.requester_told import handler

MACHINE = "arn:machine"
KEY = "shop/1.1.0/release.json"
UPLOADED = Upload.of("releases", KEY, "v1").deployment_id
ALICE = "arn:aws:iam::123456789012:user/Alice"
SAID = {
    "at": "2026-11-01T12:00:00Z",
    "identity": {"type": "IAMUser", "arn": ALICE},
    "ip": "203.0.113.7",
}
STARTED = {**SAID, "execution": f"arn:aws:states:::execution:deploy:{UPLOADED}"}
PUT = {**SAID, "bucket": "releases", "key": KEY, "version_id": "v1"}


def tell(shop: Shop, event: dict[str, Any]) -> Any:
    return handler(event, CONTEXT, shop.executions, shop.records, MACHINE)["deployment_id"]


def start(shop: Shop, *, is_admitted: bool = True) -> None:
    shop.executions.start(MACHINE, UPLOADED, {"service": "shop"})
    if is_admitted:
        made = deployment()
        entry = admitted(made, at="12:00")
        shop.records.items["shop", f"DEPLOYMENT#{UPLOADED}"] = dict(entry.members)


@pytest.mark.parametrize("event", [STARTED, PUT])
def test_it_is_kept_with_the_deployment(shop: Shop, event: dict[str, Any]) -> None:
    start(shop)

    assert tell(shop, event) == UPLOADED
    kept = shop.records.items["shop", f"DEPLOYMENT#{UPLOADED}"]
    assert kept["requested_by"] == f"2026-11-01T12:00:00Z by {ALICE} from 203.0.113.7"


def test_one_that_is_not_admitted_yet_is_told_of_again(shop: Shop) -> None:
    start(shop, is_admitted=False)

    with pytest.raises(NotKnown, match="not admitted yet"):
        tell(shop, STARTED)


def test_of_what_was_refused_at_the_door_nothing_is_kept(shop: Shop) -> None:
    start(shop, is_admitted=False)
    shop.executions.end(MACHINE, UPLOADED, "FAILED")

    assert tell(shop, STARTED) is None
    assert not shop.records.items


def test_what_started_nothing_asked_for_nothing(shop: Shop) -> None:
    assert tell(shop, PUT) is None


@pytest.mark.parametrize("name", ["at", "key", "version_id"])
def test_an_event_without_what_is_read_of_it_is_refused(shop: Shop, name: str) -> None:
    with pytest.raises((EventInvalid, RequestInvalid)):
        tell(shop, {**PUT, name: None})
