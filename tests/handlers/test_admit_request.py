"""AdmitRequest: a deployment, or a refusal before anything is touched."""

import hashlib
import json
from typing import Any

import pytest

from tests.core.shop import DEPLOYMENT_ID, payload, registration
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.deployment import Deployment
from viridian.core.errors import (
    ChecksumMismatch,
    ManifestMissing,
    RequestInvalid,
    ServiceUnknown,
    UploadStale,
)
from viridian.core.record import promoted
from viridian.core.release.release import Bundle
from viridian.core.sides import Production
from viridian.core.values import revive
from viridian.handlers.admit_request import Input, handler

BYTES = b"the release"
MANIFEST = {
    "service": "shop",
    "version": "1.1.0",
    "bundle": "bundle.zip",
    "sha256": hashlib.sha256(BYTES).hexdigest(),
}
REQUEST = {"service": "shop", "version": "1.1.0"}
BUNDLE_KEY = "shop/1.1.0/bundle.zip"


@pytest.fixture
def uploaded(shop: Shop) -> Shop:
    """The release is in its place."""
    shop.artifacts.put(BUNDLE_KEY, BYTES)
    shop.artifacts.put("shop/1.1.0/release.json", json.dumps(MANIFEST).encode())
    return shop


def admit(shop: Shop, **members: Any) -> dict[str, Any]:
    event = payload(Input, request={**REQUEST, **members})
    return handler(event, CONTEXT, shop.registrations, shop.artifacts, shop.records)


def test_a_request_becomes_a_deployment_with_its_bytes_pinned(uploaded: Shop) -> None:
    admitted = revive(Deployment, json.loads(json.dumps(admit(uploaded))))

    assert (admitted.id, admitted.service) == (DEPLOYMENT_ID, "shop")
    assert admitted.registration == registration()
    assert admitted.release.bundle == Bundle("artifacts", BUNDLE_KEY, "v1", MANIFEST["sha256"])


def test_what_is_admitted_is_kept_with_its_record(uploaded: Shop) -> None:
    """Whoever acts from outside finds there what the machine has in its variables."""
    admitted = json.loads(json.dumps(admit(uploaded)))

    kept = uploaded.records.items["shop", f"DEPLOYMENT#{DEPLOYMENT_ID}"]
    assert (kept["version"], kept["admitted_at"]) == ("1.1.0", "2026-11-01T12:00Z")
    assert json.loads(str(kept["deployment"])) == admitted


@pytest.mark.parametrize(
    ("members", "bundle", "refusal"),
    [
        ({"force": True}, BYTES, RequestInvalid),
        ({"service": "cart"}, BYTES, ServiceUnknown),
        ({"version": "1.2.0"}, BYTES, ManifestMissing),
        ({}, b"other bytes", ChecksumMismatch),
    ],
)
def test_what_is_refused_leaves_no_record(
    uploaded: Shop, members: dict[str, Any], bundle: bytes, refusal: type[Exception]
) -> None:
    uploaded.artifacts.put(BUNDLE_KEY, bundle)

    with pytest.raises(refusal):
        admit(uploaded, **members)

    assert uploaded.records.items == {}


def test_an_upload_that_is_told_late_is_refused(uploaded: Shop) -> None:
    uploaded.records.write(promoted("shop", Production("2.0.0", "blue", "new", "2026-12", "now")))

    with pytest.raises(UploadStale):
        admit(uploaded, uploaded_at="2026-11-01T12:00:00Z")
