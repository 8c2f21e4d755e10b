"""AdmitRequest: a deployment, or a refusal before anything is touched."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.core.shop import BUNDLE_RELEASE, DEPLOYMENT_ID, TEMPLATE, payload, registration
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.deployment import Deployment, Ran
from viridian.core.errors import (
    ChecksumMismatch,
    ManifestMissing,
    RequestInvalid,
    ServiceUnknown,
    UploadStale,
)
from viridian.core.fleet import Blueprint
from viridian.core.record import promoted
from viridian.core.release.release import Bundle, Release
from viridian.core.release.request import Request
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


def test_what_was_live_under_the_version_runs_as_it_ran(uploaded: Shop) -> None:
    release = Release.requested(Request("shop", "1.1.0"), uploaded.artifacts)
    uploaded.records.keep_ran(Ran(release, Blueprint("arn:template:3", "arn:shop:7"), "first"))

    assert admit(uploaded)["blueprint"] == {"template": "arn:template:3", "revision": "arn:shop:7"}


def test_without_a_version_what_is_live_goes_on_the_newest_template(shop: Shop) -> None:
    live = Production("1.0.0", "blue", "first", "before", "then")
    shop.records.write(promoted("shop", live))
    release = replace(BUNDLE_RELEASE, version="1.0.0")
    shop.records.keep_ran(Ran(release, Blueprint("arn:template:3", "arn:shop:7"), "first"))

    admitted = admit(shop, version=None)

    assert admitted["version"] == "1.0.0"
    assert revive(Release, admitted["release"]) == release
    assert admitted["blueprint"] == {"template": TEMPLATE, "revision": None}


def test_without_a_version_where_nothing_was_promoted_is_refused(shop: Shop) -> None:
    with pytest.raises(RequestInvalid, match=r"^input.version: is missing, and no deployment"):
        admit(shop, version=None)


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
