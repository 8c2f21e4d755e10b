"""A release on its way to AWS: a folder with a release.json, packed and uploaded.

The folder's release.json names the service, the version, and as a rule the command to run; what
the manifest in the bucket needs on top, the bundle and its SHA-256, is filled in here.
"""

import hashlib
import io
import json
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viridian.core.errors import Refusal
from viridian.core.release.manifest import Manifest
from viridian.core.release.packed import BUNDLE, MANIFEST, completed
from viridian.core.release.release import Stored
from viridian.core.release.request import Request
from viridian.core.release.upload import Upload

EXAMPLE = '{"service": "shop", "version": "1.1.0", "command": ["python3", "app.py"]}'
LEFT_OUT = frozenset({"__pycache__", ".git", ".venv", ".viridian", "node_modules"})
# The earliest time a zip can hold: a bundle tells what it has inside, not when it was packed.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
# What a refusal begins with: the request, or the manifest's key in the bucket.
PLACE = re.compile(r"^(input|[^/]+/[^/]+/release\.json)", re.M)


class ReleaseUnusable(Exception):
    """The folder is not a release; the message names the path."""


@dataclass(frozen=True)
class PackedRelease:
    """A release ready to upload; one that is an image has no content."""

    service: str
    version: str
    manifest: dict[str, Any]
    content: bytes = b""

    @property
    def sha256(self) -> str:
        """Hex digest of the bundle."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def prefix(self) -> str:
        """Where it goes in the artifact bucket."""
        return f"{self.service}/{self.version}"

    @property
    def uploaded(self) -> bytes:
        """The manifest as it is uploaded: it names the bundle."""
        return completed(self.manifest, self.sha256)

    @property
    def objects(self) -> dict[str, bytes]:
        """What is uploaded under which key: the manifest last, since its arrival is the start."""
        bundle = {f"{self.prefix}/{BUNDLE}": self.content} if self.content else {}
        return {**bundle, f"{self.prefix}/{MANIFEST}": self.uploaded}


@dataclass(frozen=True)
class Unpushed:
    """The artifact bucket as it will be once a release is uploaded."""

    name: str
    release: PackedRelease

    def read(self, key: str, _version_id: str | None, most_bytes: int) -> bytes | None:
        """Of what it brings."""
        found = self.release.objects.get(key)
        return None if found is None else found[:most_bytes]

    def digest(self, key: str) -> Stored | None:
        """Of what it brings."""
        return Stored("", self.release.sha256) if key in self.release.objects else None


def pack(folder: Path) -> PackedRelease:
    """Read and pack a release's folder; the same files always give the same bytes.

    Raises ReleaseUnusable with the path of what is wrong: what the deployment would refuse after
    the upload is refused here.
    """
    path = folder / MANIFEST
    manifest = _read_manifest(path)
    try:
        request = Request.from_dict({name: manifest.get(name) for name in ("service", "version")})
        content = zip_folder(folder, LEFT_OUT)
        release = PackedRelease(request.service, request.version or "", manifest, content)
        Manifest.from_bytes(release.uploaded, request)
    except Refusal as error:
        raise ReleaseUnusable(PLACE.sub(lambda _: str(path), str(error))) from error
    return release


def pack_image(service: str, version: str, image: str) -> PackedRelease:
    """A release of nothing but an image; raises RequestInvalid or ManifestInvalid."""
    named = {"service": service, "version": version, "image": image}
    release = PackedRelease(service, version, named)
    Manifest.from_bytes(release.uploaded, Request(service, version))
    return release


def upload(s3: Any, bucket: str, release: PackedRelease) -> str:
    """Put it: the manifest's arrival starts the deployment whose id is returned.

    `s3` is a boto3 client.
    """
    for key, content in release.objects.items():
        answer = s3.put_object(Bucket=bucket, Key=key, Body=content)
    return Upload.of(bucket, key, answer["VersionId"]).deployment_id


def zip_folder(folder: Path, left_out: frozenset[str] = frozenset()) -> bytes:
    """The files of a folder as a zip: sorted, without times, modes reduced to executable or not."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files(folder, left_out):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            is_executable = path.stat().st_mode & stat.S_IXUSR
            entry.external_attr = (stat.S_IFREG | (0o755 if is_executable else 0o644)) << 16
            archive.writestr(entry, path.read_bytes())
    return output.getvalue()


def _files(folder: Path, left_out: frozenset[str]) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not left_out.intersection(path.relative_to(folder).parts):
            yield path


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text())
    except FileNotFoundError:
        raise ReleaseUnusable(f"{path}: not found; it should say {EXAMPLE}") from None
    except (ValueError, RecursionError) as error:
        raise ReleaseUnusable(f"{path}: not JSON: {error}") from error
    except OSError as error:
        raise ReleaseUnusable(f"{path}: {error.strerror}") from error
    if not isinstance(manifest, dict):
        raise ReleaseUnusable(f"{path}: must be an object such as {EXAMPLE}")
    return manifest
