"""The bytes a task runs: fetched, checked against their SHA-256, unpacked once for each digest."""

import hashlib
import io
import json
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

# Where to look: a bucket (None: any that has the key), a key, a version (None: the newest).
Fetch = Callable[[str | None, str, str | None], bytes | None]


class CannotPull(Exception):
    """A task's bytes cannot be had, or are not those that were named."""

    def __init__(self, message: str) -> None:
        super().__init__(f"CannotPullContainerError: {message}")


@dataclass(frozen=True)
class Source:
    """Where a container's bytes are, and what their digest must be."""

    bucket: str | None
    key: str
    version_id: str | None
    sha256: str

    @classmethod
    def of(cls, image: str, environment: Mapping[str, str]) -> "Source":
        """A bundle when the environment names one, otherwise the image, which is by digest."""
        if "VIRIDIAN_BUNDLE" in environment:
            return cls._bundle(
                environment["VIRIDIAN_BUNDLE"], environment.get("VIRIDIAN_BUNDLE_SHA256", "")
            )
        _, _, sha256 = image.partition("@sha256:")
        if not sha256:
            raise CannotPull(f"{image}: not by digest; wanted <repository>@sha256:<hex>")
        return cls(None, f"images/sha256/{sha256}.zip", None, sha256)

    @classmethod
    def _bundle(cls, url: str, sha256: str) -> "Source":
        parts = urlsplit(url)
        version_id = parse_qs(parts.query).get("versionId", [None])[0]
        return cls(parts.netloc, parts.path.lstrip("/"), version_id, sha256)

    def __str__(self) -> str:
        return f"s3://{self.bucket or '*'}/{self.key}"


@dataclass(frozen=True)
class Unpacked:
    """A bundle as a folder, and what it says about itself when it carries a release.json."""

    folder: Path
    command: tuple[str, ...]
    environment: Mapping[str, str]

    @classmethod
    def at(cls, folder: Path) -> "Unpacked":
        """Read the release.json inside; without one there are no defaults."""
        manifest = folder / "release.json"
        content = json.loads(manifest.read_text()) if manifest.exists() else {}
        environment = dict(content.get("environment", {}))
        if "version" in content:
            environment["RELEASE_VERSION"] = content["version"]
        return cls(folder, tuple(content.get("command", ())), environment)


@dataclass(frozen=True)
class Bundles:
    """Unpacked bundles below one folder, each named by its digest."""

    root: Path
    fetch: Fetch

    def unpacked(self, source: Source) -> Unpacked:
        """The bundle's folder; raises CannotPull when its bytes are missing or not as named."""
        folder = self.root / source.sha256
        if not folder.exists():
            self._unpack(self._verified(source), folder)
        return Unpacked.at(folder)

    def _verified(self, source: Source) -> bytes:
        content = self.fetch(source.bucket, source.key, source.version_id)
        if content is None:
            raise CannotPull(f"{source}: not found")
        found = hashlib.sha256(content).hexdigest()
        if found != source.sha256:
            raise CannotPull(f"{source}: wanted sha256 {source.sha256}, found {found}")
        return content

    def _unpack(self, content: bytes, folder: Path) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        half_done = Path(tempfile.mkdtemp(dir=self.root))
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                archive.extractall(half_done)
                _restore_modes(archive, half_done)
            half_done.rename(folder)
        except zipfile.BadZipFile as error:
            raise CannotPull(f"{folder.name}: {error}") from error
        finally:
            shutil.rmtree(half_done, ignore_errors=True)


def _restore_modes(archive: zipfile.ZipFile, folder: Path) -> None:
    """Programs stay executable: `extractall` drops the mode bits that the archive keeps."""
    for member in archive.infolist():
        mode = stat.S_IMODE(member.external_attr >> 16)
        path = folder / member.filename
        if mode and path.is_file():
            os.chmod(path, mode | stat.S_IRUSR)  # noqa: PTH101
