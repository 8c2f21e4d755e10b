"""Entry point of a runtime image: fetch the release's bundle, prove it, become its command.

    python -m viridian.bundle python3 app.py

`VIRIDIAN_BUNDLE` is an S3 URI pinned to one version of the object, `VIRIDIAN_BUNDLE_SHA256` what
its bytes must hash to. Without them the image's own release runs, from where the image put it.
This file stands alone, with boto3 beside it: an image needs to copy no other.
"""

import hashlib
import os
import stat
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import boto3

CHUNK_BYTES = 1 << 20


class BundleRefused(Exception):
    """The fetched bytes are not the release's."""


def main(command: list[str]) -> None:
    """Run the command in the release's folder; this process becomes it."""
    uri = os.environ.get("VIRIDIAN_BUNDLE")
    if uri:
        folder = Path(tempfile.mkdtemp(prefix="release-"))
        unpack(boto3.client("s3"), uri, os.environ["VIRIDIAN_BUNDLE_SHA256"], folder)
        os.chdir(folder)
    os.execvp(command[0], command)  # noqa: S606 - no shell on purpose: signals must arrive


def unpack(s3: Any, uri: str, sha256: str, folder: Path) -> None:
    """Fetch the bundle and unpack it; raises BundleRefused before a byte of it is used."""
    with tempfile.TemporaryFile() as bundle:
        found = fetch(s3, uri, bundle)
        if found != sha256:
            raise BundleRefused(f"SHA-256: wanted {sha256}, found {found} in {uri}")
        with zipfile.ZipFile(bundle) as archive:
            archive.extractall(folder)
            restore_modes(archive, folder)


def restore_modes(archive: zipfile.ZipFile, folder: Path) -> None:
    """Programs stay executable: `extractall` drops the mode bits that the archive keeps."""
    for member in archive.infolist():
        mode = stat.S_IMODE(member.external_attr >> 16)
        if mode and not member.is_dir():
            (folder / member.filename).chmod(mode | stat.S_IRUSR)


def fetch(s3: Any, uri: str, target: Any) -> str:
    """Write the object's version to the target; return the SHA-256 of what was written."""
    place, _, version = uri.removeprefix("s3://").partition("?versionId=")
    bucket, _, key = place.partition("/")
    answer = s3.get_object(Bucket=bucket, Key=key, VersionId=version)
    digest = hashlib.sha256()
    for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
