"""A release: an immutable thing to run, its bytes proven and pinned."""

from dataclasses import dataclass, field, replace
from typing import Protocol

from viridian.core.errors import ArtifactMissing, ChecksumMismatch, ManifestMissing
from viridian.core.release.manifest import MANIFEST_LIMIT_BYTES, Manifest
from viridian.core.release.request import Request


@dataclass(frozen=True)
class Bundle:
    """An object of the artifact bucket, pinned to one version of it and its checksum (hex)."""

    bucket: str
    key: str
    version_id: str
    sha256: str

    @property
    def uri(self) -> str:
        """As the container's entry point reads it."""
        return f"s3://{self.bucket}/{self.key}?versionId={self.version_id}"


@dataclass(frozen=True)
class Stored:
    """One version of an object, read to its end; the checksum is SHA-256 in hex."""

    version_id: str
    sha256: str


class ArtifactBucket(Protocol):
    """Where releases are uploaded. Of what is not there, None."""

    @property
    def name(self) -> str: ...
    def read(self, key: str, version_id: str | None, most_bytes: int) -> bytes | None: ...
    def digest(self, key: str) -> Stored | None: ...


@dataclass(frozen=True)
class Release:
    """A release whose bytes are pinned: exactly one of bundle and image is set."""

    service: str
    version: str
    bundle: Bundle | None
    image: str | None
    command: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    cpu: int | None = None
    memory: int | None = None

    @classmethod
    def requested(cls, request: Request, bucket: ArtifactBucket) -> "Release":
        """The release that is asked for: its manifest read, its bundle proven.

        Raises ManifestMissing, ManifestTooLarge, ManifestInvalid, ArtifactMissing or
        ChecksumMismatch, with the place of what is wrong.
        """
        key = request.manifest_key
        content = bucket.read(key, request.manifest_version_id, MANIFEST_LIMIT_BYTES + 1)
        if content is None:
            raise ManifestMissing(f"s3://{bucket.name}/{key}: not found; upload the release")
        manifest = Manifest.from_bytes(content, request)
        return cls(
            service=manifest.service,
            version=manifest.version,
            bundle=_proven_bundle(manifest, bucket),
            image=manifest.image,
            command=manifest.command,
            environment=manifest.environment,
            secrets=manifest.secrets,
            cpu=manifest.cpu,
            memory=manifest.memory,
        )

    def is_same(self, other: "Release") -> bool:
        """Whether it is the same in all that runs; the same bytes may have been uploaded anew."""
        return _without_upload(self) == _without_upload(other)


def _without_upload(release: Release) -> Release:
    bundle = release.bundle
    return replace(release, bundle=replace(bundle, version_id="") if bundle else None)


def _proven_bundle(manifest: Manifest, bucket: ArtifactBucket) -> Bundle | None:
    """The bundle beside the manifest, as it is now, when it is the one that the manifest names."""
    if manifest.bundle is None:
        return None
    key = f"{manifest.service}/{manifest.version}/{manifest.bundle}"
    found = bucket.digest(key)
    if found is None:
        raise ArtifactMissing(
            f"s3://{bucket.name}/{key}: not found; upload the bundle, then its manifest"
        )
    if found.sha256 != manifest.sha256:
        raise ChecksumMismatch(
            f"{key}: wanted SHA-256 {manifest.sha256}, found {found.sha256}; "
            "upload the bundle, then its manifest"
        )
    return Bundle(bucket.name, key, found.version_id, found.sha256)
