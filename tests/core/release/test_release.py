"""A release as it is found in the artifact bucket: proven, pinned, or refused by its place."""

import hashlib
import json
from typing import Any

import pytest

from tests.fakes import FakeArtifacts
from viridian.core.errors import (
    ArtifactMissing,
    ChecksumMismatch,
    ManifestInvalid,
    ManifestMissing,
    ManifestTooLarge,
)
from viridian.core.release.manifest import MANIFEST_LIMIT_BYTES
from viridian.core.release.release import Bundle, Release
from viridian.core.release.request import Request

BYTES = b"the release"
CHECKSUM = hashlib.sha256(BYTES).hexdigest()
KEY, BUNDLE = "shop/1.1.0/release.json", "shop/1.1.0/bundle.zip"
BY_BUNDLE = {"service": "shop", "version": "1.1.0", "bundle": "bundle.zip", "sha256": CHECKSUM}
IMAGE = f"registry.example/shop@sha256:{CHECKSUM}"


def uploaded(bundle: bytes | None = BYTES, **members: Any) -> FakeArtifacts:
    bucket = FakeArtifacts()
    if bundle is not None:
        bucket.put(BUNDLE, bundle)
    bucket.put(KEY, json.dumps({**BY_BUNDLE, **members}).encode())
    return bucket


def test_a_release_has_all_that_its_manifest_sets() -> None:
    members: dict[str, Any] = {
        "command": ["sh"],
        "environment": {"A": "b"},
        "secrets": {"K": "arn:aws:ssm:k"},
    }
    found = find(uploaded(**members, cpu=256, memory=512))

    assert (found.command, found.environment) == (("sh",), {"A": "b"})
    assert (found.secrets, found.cpu, found.memory) == ({"K": "arn:aws:ssm:k"}, 256, 512)


def find(bucket: FakeArtifacts, version_id: str | None = None) -> Release:
    return Release.requested(Request("shop", "1.1.0", version_id), bucket)


def test_a_release_is_its_manifest_with_the_bundle_pinned() -> None:
    release = find(uploaded(command=["python3", "app.py"], environment={"K": "v"}))

    bundle = Bundle("artifacts", BUNDLE, "v1", CHECKSUM)
    assert release == Release("shop", "1.1.0", bundle, None, ("python3", "app.py"), {"K": "v"})
    assert bundle.uri == f"s3://artifacts/{BUNDLE}?versionId=v1"


def test_an_image_needs_no_bundle() -> None:
    by_image = {"service": "shop", "version": "1.1.0", "image": IMAGE}
    bucket = FakeArtifacts({KEY: [json.dumps(by_image).encode()]})

    assert (find(bucket).image, find(bucket).bundle) == (IMAGE, None)


def test_the_manifest_asked_for_is_the_one_read_else_the_newest() -> None:
    bucket = uploaded(environment={"N": "1"})
    bucket.put(KEY, json.dumps({**BY_BUNDLE, "environment": {"N": "2"}}).encode())

    assert find(bucket, "v1").environment == {"N": "1"}
    assert find(bucket).environment == {"N": "2"}


@pytest.mark.parametrize(
    ("bucket", "error", "said"),
    [
        (FakeArtifacts(), ManifestMissing, f"^s3://artifacts/{KEY}: not found; upload"),
        (uploaded(version="1.2.0"), ManifestInvalid, r"version: wanted '1.1.0'"),
        (FakeArtifacts({KEY: [b" " * (MANIFEST_LIMIT_BYTES + 1)]}), ManifestTooLarge, KEY),
        (uploaded(bundle=None), ArtifactMissing, f"^s3://artifacts/{BUNDLE}: not found"),
        (uploaded(bundle=b"other"), ChecksumMismatch, f"^{BUNDLE}: wanted SHA-256 {CHECKSUM}, fo"),
    ],
)
def test_what_is_not_the_release_is_refused_by_its_place(
    bucket: FakeArtifacts, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        find(bucket)
