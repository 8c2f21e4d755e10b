"""A release as its author packs it: a zip of what runs, with `release.json` at its root."""

import json
import zipfile
from io import BufferedIOBase
from typing import Any

from viridian.core.errors import ManifestInvalid, ManifestMissing, ManifestTooLarge
from viridian.core.release.manifest import MANIFEST_LIMIT_BYTES
from viridian.core.schema import parse

MANIFEST, BUNDLE = "release.json", "bundle.zip"


def manifest_in(file: BufferedIOBase, name: str) -> dict[str, Any]:
    """What the author wrote, in a zip of this name.

    Raises ManifestMissing, ManifestTooLarge or ManifestInvalid, after the zip's name.
    """
    where = f"{name}: {MANIFEST}"
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.getinfo(MANIFEST).file_size > MANIFEST_LIMIT_BYTES:
                raise ManifestTooLarge(f"{where}: over the limit of {MANIFEST_LIMIT_BYTES} bytes")
            content = archive.read(MANIFEST)
    except zipfile.BadZipFile as error:
        raise ManifestInvalid(f"{name}: no zip ({error})") from error
    except KeyError:
        raise ManifestMissing(f"{where}: not found at the root of the zip") from None
    found = parse(content, where, ManifestInvalid)
    if not isinstance(found, dict):
        raise ManifestInvalid(f"{where}: must be an object")
    return found


def completed(manifest: dict[str, Any], sha256: str) -> bytes:
    """The manifest as it is uploaded beside the zip, which it names with its SHA-256 in hex; but
    not where it names an image, which is what then runs.
    """
    bundle = {} if "image" in manifest else {"bundle": BUNDLE, "sha256": sha256}
    return json.dumps({**manifest, **bundle}, indent=2).encode()
