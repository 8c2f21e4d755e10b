"""ArtifactUploaded: one deployment for each upload."""

import json
from io import StringIO
from typing import Any

import pytest

from tests.handlers.conftest import Shop
from viridian.core.errors import RequestInvalid
from viridian.handlers.events.artifact_uploaded import handler

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:deploy"


def upload(
    shop: Shop, context: Any, version_id: str = "v1", key: str = "shop/1.1.0/release.json"
) -> dict[str, Any]:
    event = {
        "id": "event",
        "detail": {
            "bucket": {"name": "artifacts"},
            "object": {"key": key, "version-id": version_id},
        },
    }
    return handler(event, context, shop.executions)


def test_an_upload_starts_the_deployment_of_what_was_uploaded(shop: Shop, context: Any) -> None:
    answer = upload(shop, context)

    request = {"service": "shop", "version": "1.1.0", "manifest_version_id": "v1"}
    assert answer["is_new"]
    assert shop.executions.started == {answer["deployment_id"]: (MACHINE, request)}


def test_an_upload_told_twice_is_one_deployment(shop: Shop, context: Any) -> None:
    assert upload(shop, context) == upload(shop, context)
    assert len(shop.executions.started) == 1


def test_an_upload_told_again_after_the_end_starts_nothing(shop: Shop, context: Any) -> None:
    shop.executions.ended.add(upload(shop, context)["deployment_id"])

    assert not upload(shop, context)["is_new"]
    assert len(shop.executions.started) == 1


def test_the_same_release_uploaded_again_is_another_deployment(shop: Shop, context: Any) -> None:
    upload(shop, context, "v1")
    upload(shop, context, "v2")

    assert len(shop.executions.started) == 2


def test_a_key_out_of_place_starts_nothing(shop: Shop, context: Any) -> None:
    with pytest.raises(RequestInvalid):
        upload(shop, context, key="images/release.json")

    assert shop.executions.started == {}


def test_its_log_line_is_viridian_s_and_names_the_deployment(
    shop: Shop, context: Any, log: StringIO
) -> None:
    deployment_id = upload(shop, context)["deployment_id"]

    line = json.loads(log.getvalue())
    assert (line["service"], line["message"]) == ("viridian", "deployment started")
    assert line["deployment"] == deployment_id
