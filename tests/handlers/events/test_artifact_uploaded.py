"""ArtifactUploaded: one deployment for each upload."""

import json
from io import StringIO
from typing import Any

from tests.handlers.conftest import CONTEXT, Shop
from viridian.handlers.events.artifact_uploaded import handler

NOON = "2026-11-01T12:00:00Z"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:deploy"


def upload(shop: Shop) -> dict[str, Any]:
    uploaded = {"key": "shop/1.1.0/release.json", "version-id": "v1"}
    detail = {"bucket": {"name": "artifacts"}, "object": uploaded}
    event = {"id": "event", "time": NOON, "detail": detail}
    return handler(event, CONTEXT, shop.executions)


def test_an_upload_starts_the_deployment_of_what_was_uploaded(shop: Shop) -> None:
    answer = upload(shop)

    request = {
        "service": "shop",
        "version": "1.1.0",
        "manifest_version_id": "v1",
        "uploaded_at": NOON,
    }
    assert answer["is_new"]
    assert shop.executions.started == {(MACHINE, answer["deployment_id"]): request}


def test_an_upload_told_again_after_the_end_starts_nothing(shop: Shop) -> None:
    shop.executions.end(MACHINE, upload(shop)["deployment_id"])

    assert not upload(shop)["is_new"]
    assert len(shop.executions.started) == 1


def test_its_log_line_is_viridian_s_and_names_the_deployment(shop: Shop, log: StringIO) -> None:
    deployment_id = upload(shop)["deployment_id"]

    line = json.loads(log.getvalue())
    assert (line["service"], line["message"]) == ("viridian", "deployment started")
    assert line["deployment"] == deployment_id
