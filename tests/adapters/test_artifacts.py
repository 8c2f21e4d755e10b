"""Manifests and bundles, pinned to the version that was read. The fake makes the same claims."""

import hashlib
import io
import json
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from tests.fakes import FakeArtifacts
from viridian.adapters.artifacts import Artifacts
from viridian.adapters.clients import client
from viridian.core.errors import (
    ArtifactMissing,
    ChecksumMismatch,
    ManifestInvalid,
    ManifestMissing,
    ManifestTooLarge,
)
from viridian.core.release.release import MANIFEST_LIMIT_BYTES
from viridian.core.release.request import Request

BYTES = b"the release" * 200_000
REQUEST = Request("shop", "1.1.0")
KEY = "shop/1.1.0/release.json"
MANIFEST = {
    "service": "shop",
    "version": "1.1.0",
    "bundle": "bundle.zip",
    "sha256": hashlib.sha256(BYTES).hexdigest(),
}
IMAGE_MANIFEST = {
    "service": "shop",
    "version": "1.1.0",
    "image": f"registry.example/shop@sha256:{MANIFEST['sha256']}",
}


class AwsArtifacts(Artifacts):
    """The adapter over a versioned bucket, and a way to upload."""

    def __init__(self) -> None:
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="artifacts")
        s3.put_bucket_versioning(Bucket="artifacts", VersioningConfiguration={"Status": "Enabled"})
        super().__init__(s3, "artifacts")

    def put(self, key: str, content: bytes) -> str:
        return self.s3.put_object(Bucket=self.bucket, Key=key, Body=content)["VersionId"]


@pytest.fixture(params=[AwsArtifacts, FakeArtifacts], ids=["aws", "fake"])
def artifacts(request: pytest.FixtureRequest, aws: None) -> Any:
    return request.param()


def put_manifest(artifacts: Any, **members: Any) -> str:
    return artifacts.put(KEY, json.dumps({**MANIFEST, **members}).encode())


def test_the_newest_manifest_is_read_unless_a_version_is_named(artifacts: Any) -> None:
    put_manifest(artifacts, environment={"N": "1"})
    put_manifest(artifacts, environment={"N": "2"})

    assert artifacts.manifest(REQUEST).environment == {"N": "2"}


def test_a_named_version_stays_the_one_read(artifacts: Any) -> None:
    version_id = put_manifest(artifacts, environment={"N": "1"})
    put_manifest(artifacts, environment={"N": "2"})

    pinned = Request("shop", "1.1.0", version_id)
    assert artifacts.manifest(pinned).environment == {"N": "1"}


def test_a_missing_manifest_is_refused_by_its_place(artifacts: Any) -> None:
    with pytest.raises(ManifestMissing, match=f"^s3://artifacts/{KEY}: not found"):
        artifacts.manifest(REQUEST)


@pytest.mark.parametrize("version_id", ["v9", "00000000-0000-0000-0000-000000000000"])
def test_a_missing_version_is_refused_though_there_is_another(
    artifacts: Any, version_id: str
) -> None:
    put_manifest(artifacts)

    with pytest.raises(ManifestMissing, match=f"^s3://artifacts/{KEY}: not found"):
        artifacts.manifest(Request("shop", "1.1.0", version_id))


def test_a_manifest_that_is_not_of_this_release_is_refused(artifacts: Any) -> None:
    put_manifest(artifacts, version="1.2.0")

    with pytest.raises(ManifestInvalid, match=r"version: wanted '1.1.0'"):
        artifacts.manifest(REQUEST)


def test_a_manifest_over_the_limit_is_refused(artifacts: Any) -> None:
    artifacts.put(KEY, b" " * (MANIFEST_LIMIT_BYTES + 1))

    with pytest.raises(ManifestTooLarge):
        artifacts.manifest(REQUEST)


def test_a_bundle_is_proven_and_pinned_to_the_version_read(artifacts: Any) -> None:
    put_manifest(artifacts)
    artifacts.put("shop/1.1.0/bundle.zip", b"an older upload")
    version_id = artifacts.put("shop/1.1.0/bundle.zip", BYTES)

    bundle = artifacts.verified_bundle(artifacts.manifest(REQUEST), REQUEST)

    assert (bundle.bucket, bundle.key) == ("artifacts", "shop/1.1.0/bundle.zip")
    assert (bundle.version_id, bundle.sha256) == (version_id, MANIFEST["sha256"])


def test_a_missing_bundle_is_refused_by_its_place(artifacts: Any) -> None:
    put_manifest(artifacts)

    with pytest.raises(ArtifactMissing, match=r"^s3://artifacts/shop/1.1.0/bundle.zip: not found"):
        artifacts.verified_bundle(artifacts.manifest(REQUEST), REQUEST)


def test_a_bundle_that_is_another_is_refused(artifacts: Any) -> None:
    put_manifest(artifacts)
    artifacts.put("shop/1.1.0/bundle.zip", BYTES[:-1])

    with pytest.raises(ChecksumMismatch, match=f"wanted SHA-256 {MANIFEST['sha256']}, found"):
        artifacts.verified_bundle(artifacts.manifest(REQUEST), REQUEST)


def test_an_image_needs_no_bundle(artifacts: Any) -> None:
    artifacts.put(KEY, json.dumps(IMAGE_MANIFEST).encode())

    assert artifacts.verified_bundle(artifacts.manifest(REQUEST), REQUEST) is None


class CountedBody(StreamingBody):
    """A body that knows how much of it was read."""

    def __init__(self, size: int) -> None:
        super().__init__(io.BytesIO(b" " * size), size)

    def read(self, amt: int | None = None) -> bytes:
        content = super().read(amt)
        self.read_bytes = getattr(self, "read_bytes", 0) + len(content)
        return content


def test_of_a_manifest_too_large_no_more_than_the_limit_is_read() -> None:
    s3, body = client("s3"), CountedBody(10 * MANIFEST_LIMIT_BYTES)
    with Stubber(s3) as stub:
        stub.add_response("get_object", {"Body": body})

        with pytest.raises(ManifestTooLarge):
            Artifacts(s3, "artifacts").manifest(REQUEST)

    assert body.read_bytes == MANIFEST_LIMIT_BYTES + 1


@pytest.mark.parametrize("code", ["AccessDenied", "SlowDown", "NoSuchBucket"])
def test_an_answer_that_is_not_absence_is_not_called_absence(code: str) -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", code)

        with pytest.raises(s3.exceptions.ClientError, match=code):
            Artifacts(s3, "artifacts").manifest(REQUEST)


@pytest.mark.parametrize("code", ["NoSuchKey", "NoSuchVersion", "MethodNotAllowed"])
def test_a_deleted_manifest_is_missing(code: str) -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", code)

        with pytest.raises(ManifestMissing):
            Artifacts(s3, "artifacts").manifest(REQUEST)


def test_artifacts_are_reached_by_the_session(aws: None) -> None:
    put_manifest(AwsArtifacts())

    assert Artifacts.from_session("artifacts").manifest(REQUEST).bundle == "bundle.zip"
