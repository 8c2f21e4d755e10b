"""AdmitRequest: a deployment, or a refusal before anything is touched."""

import hashlib
import io
import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from tests.core.shop import (
    BUNDLE_RELEASE,
    DEPLOYMENT_ID,
    REGISTRATION,
    TEMPLATE,
    changed,
    payload,
    registration,
)
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.deployment import Deployment, Ran
from viridian.core.errors import (
    ArtifactMissing,
    ChecksumMismatch,
    DeploymentFrozen,
    ImageForbidden,
    ImageUnfit,
    ManifestMissing,
    ReleaseFailed,
    RequestInvalid,
    ServiceUnknown,
    UploadStale,
)
from viridian.core.fleet import Blueprint
from viridian.core.record import Ended, promoted
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
    return handler(
        event,
        CONTEXT,
        shop.registrations,
        shop.artifacts,
        shop.records,
        shop.images,
        shop.fleets,
    )


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


DIGEST = "sha256:" + "ab" * 32
HERE = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


def admit_image(shop: Shop, name: str = f"{HERE}/team/shop:1.1.0@{DIGEST}") -> dict[str, Any]:
    manifest = {"service": "shop", "version": "1.1.0", "image": name}
    shop.artifacts.put("shop/1.1.0/release.json", json.dumps(manifest).encode())
    return admit(shop)


def test_an_image_that_is_there_for_the_template_s_platform_is_admitted(shop: Shop) -> None:
    shop.images.known[DIGEST] = ("linux/amd64", "linux/arm64")
    shop.ecs.platforms[TEMPLATE] = "linux/arm64"

    assert admit_image(shop)["release"]["image"].endswith(DIGEST)


def test_an_image_that_is_not_there_is_refused_before_anything_is_touched(shop: Shop) -> None:
    with pytest.raises(ArtifactMissing, match=f"image: {DIGEST} not found in .* team/shop; push"):
        admit_image(shop)
    assert shop.records.items == {}


@pytest.mark.parametrize(
    ("allowed", "is_allowed"),
    [
        ([f"{HERE}/team/shop"], True),
        ([f"{HERE}/team/*"], True),
        ([f"{HERE}/other", "*/team/shop"], True),
        ([f"{HERE}/team"], False),
        ([f"{HERE}/team/sho"], False),
        (["*/other"], False),
    ],
)
@pytest.mark.parametrize("tag", ["", ":1.1.0"])
def test_only_images_of_the_repositories_that_the_service_names_are_admitted(
    shop: Shop, allowed: list[str], is_allowed: bool, tag: str
) -> None:
    shop.images.known[DIGEST] = ("linux/amd64",)
    named = changed(REGISTRATION, "settings.image_repositories", allowed)
    shop.registrations.texts["shop"] = json.dumps(named)

    if is_allowed:
        assert admit_image(shop, f"{HERE}/team/shop{tag}@{DIGEST}")["version"] == "1.1.0"
    else:
        with pytest.raises(ImageForbidden, match="team/shop is not among the service's image_rep"):
            admit_image(shop, f"{HERE}/team/shop{tag}@{DIGEST}")
        assert not shop.records.items


def test_an_image_for_another_platform_is_refused_with_how_to_build_it(shop: Shop) -> None:
    shop.images.known[DIGEST] = ("linux/arm64",)

    with pytest.raises(ImageUnfit, match=r"wanted linux/amd64 .* found linux/arm64 .*--platform l"):
        admit_image(shop)
    assert shop.records.items == {}


@pytest.mark.parametrize(
    "host",
    [
        "registry.example",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        "210987654321.dkr.ecr.us-east-1.amazonaws.com",
    ],
)
def test_an_image_that_nobody_here_may_ask_for_is_admitted_and_that_is_logged(
    shop: Shop, log: io.StringIO, host: str
) -> None:
    assert admit_image(shop, f"{host}/team/shop@{DIGEST}")["version"] == "1.1.0"
    assert "is not in ECR of 123456789012 in us-east-1" in log.getvalue()


def test_an_image_whose_manifest_tells_no_platform_is_admitted_and_that_is_logged(
    shop: Shop, log: io.StringIO
) -> None:
    shop.images.known[DIGEST] = ()

    assert admit_image(shop)["version"] == "1.1.0"
    assert "does not tell its platform" in log.getvalue()


NOON = "2026-11-01T12:00:00Z"


@pytest.fixture
def reverted(uploaded: Shop) -> Shop:
    """A shop to which the release came, and was taken back."""
    admit(uploaded, uploaded_at=NOON)
    ended = Ended("DeploymentReverted", "an alarm", 7, NOON)
    uploaded.records.end("shop", DEPLOYMENT_ID, ended)
    return uploaded


def test_an_upload_does_not_bring_a_release_again_that_failed(reverted: Shop) -> None:
    ended = f"{DEPLOYMENT_ID} ended with as DeploymentReverted"

    with pytest.raises(ReleaseFailed, match=rf'is the release that {ended}.*"again": true'):
        admit(reverted, uploaded_at=NOON)


@pytest.mark.parametrize("asked", [{}, {"uploaded_at": NOON, "again": True}])
def test_a_person_does_and_who_says_so(reverted: Shop, asked: dict[str, Any]) -> None:
    assert admit(reverted, **asked)["version"] == "1.1.0"


def test_another_release_under_the_version_is_a_new_one(reverted: Shop) -> None:
    mended = {**MANIFEST, "environment": {"MENDED": "yes"}}
    reverted.artifacts.put("shop/1.1.0/release.json", json.dumps(mended).encode())

    assert admit(reverted, uploaded_at=NOON)["version"] == "1.1.0"


@pytest.mark.parametrize("ending", ["DeploymentPromoted", "PreflightFailed", "DeploymentStopped"])
def test_what_was_not_its_fault_is_not_held_against_it(uploaded: Shop, ending: str) -> None:
    admit(uploaded, uploaded_at=NOON)
    uploaded.records.end("shop", DEPLOYMENT_ID, Ended(ending, "", 7, NOON))

    assert admit(uploaded, uploaded_at=NOON)["version"] == "1.1.0"


@pytest.fixture
def frozen(uploaded: Shop) -> Shop:
    """A shop that is never to be deployed on the first of a month."""
    found = registration()
    freeze = {"cron": "0 0 1 * *", "minutes": 1440}
    settings = {**asdict(found.settings), "freezes": [freeze]}
    uploaded.registrations.texts["shop"] = json.dumps({**asdict(found), "settings": settings})
    return uploaded


def test_a_frozen_service_is_deployed_for_a_reason_alone(frozen: Shop) -> None:
    with pytest.raises(DeploymentFrozen, match=r"settings\.freezes\[0\].*until 2026-11-02T00:00"):
        admit(frozen)

    assert admit(frozen, override="the shop is down")["override"] == "the shop is down"


def test_a_deployment_goes_without_alarms_for_a_reason(uploaded: Shop) -> None:
    [shared, *_] = registration().shared_alarms
    asked = {"ignore_alarms": [shared], "override": "live burns"}

    found = admit(uploaded, **asked)

    assert shared not in found["registration"]["shared_alarms"]
    assert found["override"] == "live burns"


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({"ignore_alarms": ["shop-elb"]}, r"input\.override: is missing"),
        (
            {"ignore_alarms": ["another"], "override": "why"},
            r"input\.ignore_alarms\[0\]: is no shared alarm of shop; those are ",
        ),
    ],
)
def test_alarms_are_ignored_by_their_names_and_with_a_reason(
    uploaded: Shop, asked: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(RequestInvalid, match=complaint):
        admit(uploaded, **asked)


@pytest.mark.parametrize(("until", "is_ignored"), [("12:00:01Z", True), ("12:00:00Z", False)])
def test_an_alarm_that_the_service_ignores_counts_again_from_its_time_on(
    uploaded: Shop, until: str, is_ignored: bool
) -> None:
    known = {"name": "orders-lost", "reason": "ticket 4711", "until": f"2026-11-01T{until}"}
    registered = changed(REGISTRATION, "settings.ignored_alarms", [known])
    uploaded.registrations.texts["shop"] = json.dumps(registered)

    watched = admit(uploaded)["registration"]["shared_alarms"]

    assert ("orders-lost" not in watched) == is_ignored
    assert "shop-elb-5xx" in watched
