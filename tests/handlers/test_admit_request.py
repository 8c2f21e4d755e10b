"""AdmitRequest: a deployment, or a refusal before anything is touched."""

import hashlib
import json
from typing import Any

import pytest

from tests.core.shop import DEPLOYMENT_ID, REGISTRATION, changed, payload, registration
from tests.handlers.conftest import Shop
from viridian.core.deployment import Deployment
from viridian.core.errors import (
    ManifestMissing,
    RegistrationInvalid,
    RequestInvalid,
    ServiceUnknown,
)
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


@pytest.fixture
def uploaded(shop: Shop) -> Shop:
    """The release is in its place."""
    shop.artifacts.put("shop/1.1.0/bundle.zip", BYTES)
    shop.artifacts.put("shop/1.1.0/release.json", json.dumps(MANIFEST).encode())
    return shop


def admit(shop: Shop, context: Any, **members: Any) -> dict[str, Any]:
    event = payload(Input, request={**REQUEST, **members})
    return handler(event, context, shop.registrations, shop.artifacts, shop.records)


def test_a_request_becomes_a_deployment_with_its_bytes_pinned(uploaded: Shop, context: Any) -> None:
    admitted = revive(Deployment, json.loads(json.dumps(admit(uploaded, context))))

    assert (admitted.id, admitted.service) == (DEPLOYMENT_ID, "shop")
    assert admitted.registration == registration()
    assert admitted.release.bundle is not None
    assert (admitted.release.bundle.version_id, admitted.release.bundle.sha256) == (
        "v1",
        MANIFEST["sha256"],
    )


def test_what_is_admitted_is_kept_with_its_record(uploaded: Shop, context: Any) -> None:
    """Whoever acts from outside finds there what the machine has in its variables."""
    admitted = json.loads(json.dumps(admit(uploaded, context)))

    kept = uploaded.records.items["shop", f"DEPLOYMENT#{DEPLOYMENT_ID}"]
    assert (kept["version"], kept["admitted_at"]) == ("1.1.0", "2026-11-01T12:00Z")
    assert json.loads(kept["deployment"]) == admitted


def test_what_is_refused_leaves_no_record(shop: Shop, context: Any) -> None:
    with pytest.raises(ManifestMissing):
        admit(shop, context)

    assert shop.records.items == {}


def test_the_steps_are_the_service_s_unless_the_request_has_its_own(
    uploaded: Shop, context: Any
) -> None:
    steps = [{"percent": 100, "bake_seconds": 1}]

    assert list(admit(uploaded, context)["steps"]) == REGISTRATION["settings"]["steps"]
    assert list(admit(uploaded, context, steps=steps)["steps"]) == steps


def test_the_manifest_uploaded_is_the_one_deployed(uploaded: Shop, context: Any) -> None:
    newer = {**MANIFEST, "environment": {"BANNER": "newer"}}
    uploaded.artifacts.put("shop/1.1.0/release.json", json.dumps(newer).encode())

    assert admit(uploaded, context, manifest_version_id="v1")["release"]["environment"] == {}
    assert admit(uploaded, context)["release"]["environment"] == {"BANNER": "newer"}


def test_a_wrong_request_is_refused(uploaded: Shop, context: Any) -> None:
    with pytest.raises(RequestInvalid, match=r"^input.force: unknown key"):
        admit(uploaded, context, force=True)


def test_an_unknown_service_is_refused(uploaded: Shop, context: Any) -> None:
    with pytest.raises(ServiceUnknown, match="'cart'"):
        admit(uploaded, context, service="cart")


def test_a_registration_of_another_service_is_refused(uploaded: Shop, context: Any) -> None:
    other = changed(changed(REGISTRATION, "service", "cart"), "settings.service", "cart")
    uploaded.registrations.texts["shop"] = json.dumps(other)

    with pytest.raises(RegistrationInvalid, match="wanted 'shop'"):
        admit(uploaded, context)
