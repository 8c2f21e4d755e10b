"""A release: an immutable thing to run, as its manifest `release.json` names it.

    {"service": "shop", "version": "1.1.0", "bundle": "bundle.zip", "sha256": "<hex>",
     "command": ["python3", "app.py"], "environment": {"BANNER": "spring"}}

`bundle` is a file beside the manifest, proven by its SHA-256. In its place `image` may name a
container image by digest. `command` and `environment` change the container of the live side.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from viridian.core.errors import ChecksumMismatch, ManifestInvalid, ManifestTooLarge
from viridian.core.fields import Fields
from viridian.core.release.request import Request

MANIFEST_LIMIT_BYTES = 64 * 1024
IMAGE = r"[!-~]+@sha256:[0-9a-f]{64}"
SHA256 = r"[0-9a-f]{64}"
FILE_NAME = r"(?!\.\.?$)[A-Za-z0-9._-]+"
VARIABLE = r"(?!VIRIDIAN_|RELEASE_VERSION$)[A-Za-z_][A-Za-z0-9_]*"
VARIABLE_HINT = "the name of a variable, and none that Viridian sets (RELEASE_VERSION, VIRIDIAN_*)"


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
class Manifest:
    """What `release.json` says: a bundle with its checksum, or an image by digest."""

    service: str
    version: str
    bundle: str | None
    sha256: str | None
    image: str | None
    command: tuple[str, ...]
    environment: dict[str, str]

    @classmethod
    def from_bytes(cls, content: bytes, request: Request) -> "Manifest":
        """Read a manifest that must be the one the request asks for.

        Raises ManifestTooLarge and ManifestInvalid, with the key and path of what is wrong.
        """
        where = request.manifest_key
        if len(content) > MANIFEST_LIMIT_BYTES:
            raise ManifestTooLarge(
                f"{where}: over the limit of {MANIFEST_LIMIT_BYTES} bytes; "
                "move what is large into the bundle"
            )
        try:
            data = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise ManifestInvalid(f"{where}: not JSON ({error}); upload it again") from error
        return cls._read(Fields(data, where, ManifestInvalid), request)

    @classmethod
    def _read(cls, fields: Fields, request: Request) -> "Manifest":
        manifest = cls(
            service=fields.text("service"),
            version=fields.text("version"),
            bundle=fields.optional("bundle", _file_name(fields), None),
            sha256=fields.optional("sha256", _checksum(fields), None),
            image=fields.optional("image", _image(fields), None),
            command=fields.optional("command", fields.texts, ()),
            environment=fields.optional("environment", _environment(fields), {}),
        )
        fields.done()
        manifest._hold(fields, request)
        return manifest

    def _hold(self, fields: Fields, request: Request) -> None:
        for name in ("service", "version"):
            wanted, found = getattr(request, name), getattr(self, name)
            if found != wanted:
                raise fields.wrong(name, f"wanted {wanted!r} as in its key, found {found!r}")
        if (self.bundle is None) == (self.image is None):
            raise fields.wrong("bundle", "give either bundle (with sha256) or image")
        if self.bundle is not None and self.sha256 is None:
            raise fields.wrong("sha256", "is missing; give the SHA-256 of the bundle in hex")
        if self.image is not None and self.sha256 is not None:
            raise fields.wrong("sha256", "belongs to a bundle; an image is named by its digest")


def bundle_key(manifest: Manifest, request: Request) -> str:
    """The key of the manifest's bundle: beside the manifest."""
    return f"{request.service}/{request.version}/{manifest.bundle}"


def require_checksum(key: str, wanted: str, found: str) -> None:
    """Raise ChecksumMismatch unless both SHA-256 are the same."""
    if wanted != found:
        raise ChecksumMismatch(
            f"{key}: wanted SHA-256 {wanted}, found {found}; upload the bundle, then its manifest"
        )


@dataclass(frozen=True)
class Release:
    """A release whose bytes are pinned: exactly one of bundle and image is set."""

    service: str
    version: str
    bundle: Bundle | None
    image: str | None
    command: tuple[str, ...]
    environment: dict[str, str]

    @classmethod
    def of(cls, manifest: Manifest, bundle: Bundle | None) -> "Release":
        """The manifest's release with its verified bundle, if it has one."""
        return cls(
            service=manifest.service,
            version=manifest.version,
            bundle=bundle,
            image=manifest.image,
            command=manifest.command,
            environment=manifest.environment,
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Release":
        """Read back what `to_dict` wrote."""
        bundle = Bundle(**data["bundle"]) if data["bundle"] else None
        return cls(**{**data, "bundle": bundle, "command": tuple(data["command"])})

    def to_dict(self) -> dict[str, Any]:
        """As JSON, for the machine's variables."""
        return {**asdict(self), "command": list(self.command)}


def _file_name(fields: Fields) -> Any:
    return lambda name: fields.text(name, FILE_NAME, "the name of a file beside the manifest")


def _checksum(fields: Fields) -> Any:
    return lambda name: fields.text(name, SHA256, "64 lower-case hex digits")


def _image(fields: Fields) -> Any:
    return lambda name: fields.text(name, IMAGE, "an image by digest, repository@sha256:<hex>")


def _environment(fields: Fields) -> Any:
    return lambda name: fields.mapping(name, VARIABLE, VARIABLE_HINT)
