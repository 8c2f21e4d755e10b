"""Manifests and bundles in the artifact bucket, each pinned to the version that was read."""

import hashlib
from dataclasses import dataclass
from typing import Any

from boto3.session import Session
from botocore.exceptions import ClientError

from viridian.adapters.clients import client
from viridian.core.errors import ArtifactMissing, ManifestMissing
from viridian.core.release.release import (
    MANIFEST_LIMIT_BYTES,
    Bundle,
    Manifest,
    bundle_key,
    require_checksum,
)
from viridian.core.release.request import Request

CHUNK_BYTES = 1024 * 1024
ABSENT = {"NoSuchKey", "NoSuchVersion", "MethodNotAllowed", "InvalidArgument"}
"""S3's names for: never there, that version never was, it is a delete marker, no version id."""


@dataclass(frozen=True)
class Artifacts:
    """The artifact bucket."""

    s3: Any
    bucket: str

    @classmethod
    def from_session(cls, bucket: str, session: Session | None = None) -> "Artifacts":
        """The bucket, with a client of its own."""
        return cls(client("s3", session), bucket)

    def manifest(self, request: Request) -> Manifest:
        """Read the requested manifest. Raises ManifestMissing, -TooLarge or -Invalid."""
        pinned = request.manifest_version_id
        version = {"VersionId": pinned} if pinned else {}
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=request.manifest_key, **version)
        except ClientError as error:
            _raise_unless_absent(error)
            raise ManifestMissing(
                f"s3://{self.bucket}/{request.manifest_key}: not found; upload the release"
            ) from error
        return Manifest.from_bytes(answer["Body"].read(MANIFEST_LIMIT_BYTES + 1), request)

    def verified_bundle(self, manifest: Manifest, request: Request) -> Bundle | None:
        """Read the manifest's bundle to its end and prove its checksum; None where it has none.

        Raises ArtifactMissing or ChecksumMismatch.
        """
        if manifest.bundle is None or manifest.sha256 is None:
            return None
        key = bundle_key(manifest, request)
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            _raise_unless_absent(error)
            raise ArtifactMissing(
                f"s3://{self.bucket}/{key}: not found; upload the bundle, then its manifest"
            ) from error
        digest = hashlib.sha256()
        for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
            digest.update(chunk)
        require_checksum(key, manifest.sha256, digest.hexdigest())
        return Bundle(self.bucket, key, answer["VersionId"], manifest.sha256)


def _raise_unless_absent(error: ClientError) -> None:
    if error.response["Error"]["Code"] not in ABSENT:
        raise error
