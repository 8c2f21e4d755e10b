"""ReleaseRequested: an event of one's own starts a deployment, one for a release and its origin."""

from typing import Any

import pytest

from tests.handlers.conftest import CONTEXT, Shop
from viridian.adapters.starter import Starter
from viridian.core.errors import EventInvalid, ManifestMissing, ReleaseFailed
from viridian.core.release.upload import Upload
from viridian.handlers.events.release_requested import handler

KEY = "shop/1.1.0/release.json"


@pytest.fixture
def uploaded(shop: Shop) -> str:
    """A release that lies in the bucket; the deployment that its upload starts."""
    return Upload.of("artifacts", KEY, shop.artifacts.put(KEY, b"{}")).deployment_id


def ask(shop: Shop, event: Any = "one", **request: Any) -> str:
    starter = Starter(shop.executions, shop.artifacts, shop.records, "machine")
    name: str = handler({"id": event, "detail": request}, CONTEXT, starter)["deployment_id"]
    return name


def test_a_release_by_two_ways_at_once_is_one_deployment(shop: Shop, uploaded: str) -> None:
    assert ask(shop, "one", service="shop", version="1.1.0") == uploaded
    assert ask(shop, "two", service="shop", version="1.1.0") == uploaded

    assert list(shop.executions.started) == [("machine", uploaded)]


def test_one_that_is_over_is_begun_anew_once_for_each_event(shop: Shop, uploaded: str) -> None:
    ask(shop, "one", service="shop", version="1.1.0")
    shop.executions.end("machine", uploaded, "FAILED", error="PreflightFailed")

    again = [ask(shop, event, service="shop", version="1.1.0") for event in ("two", "two", "three")]

    assert again[0] == again[1]
    assert len({uploaded, *again}) == 3
    assert len(shop.executions.started) == 3


def test_one_that_failed_comes_again_only_where_the_event_says_so(
    shop: Shop, uploaded: str
) -> None:
    ask(shop, "one", service="shop", version="1.1.0")
    shop.executions.end("machine", uploaded, "FAILED", error="DeploymentReverted", cause="alarm")

    with pytest.raises(ReleaseFailed, match=f"{uploaded} failed .DeploymentReverted: alarm.; mend"):
        ask(shop, "two", service="shop", version="1.1.0")
    again = ask(shop, "three", service="shop", version="1.1.0", again=True)
    shop.executions.end("machine", again, "FAILED", error="DeploymentReverted")
    assert ask(shop, "three", service="shop", version="1.1.0", again=True) == again
    assert len(shop.executions.started) == 2


def test_more_than_a_release_is_a_deployment_of_the_event_s_own(shop: Shop, uploaded: str) -> None:
    name = ask(shop, service="shop", version="1.1.0", template="newest")

    assert name != uploaded
    assert shop.executions.started["machine", name]["template"] == "newest"


def test_what_is_nowhere_is_refused_by_its_place(shop: Shop) -> None:
    with pytest.raises(ManifestMissing, match=f"s3://artifacts/{KEY}: not found"):
        ask(shop, service="shop", version="1.1.0")
    assert shop.executions.started == {}


def test_an_event_without_an_id_is_refused(shop: Shop) -> None:
    with pytest.raises(EventInvalid, match=r"event\.id"):
        ask(shop, None, service="shop")
