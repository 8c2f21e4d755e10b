"""Releases as the container images of the rehearsal: an image is a bundle that says what to run."""

from pathlib import Path
from typing import Any

from viridian_cli.release import EXAMPLE, MANIFEST, PackedRelease, ReleaseUnusable, pack


def pack_with_command(folder: Path) -> PackedRelease:
    """Pack a release that can be run here, where an image has no command of its own."""
    release = pack(folder)
    if not release.manifest.get("command"):
        place = f"{folder / MANIFEST}.command"
        raise ReleaseUnusable(f"{place}: is missing; give what to run, as in {EXAMPLE}")
    return release


def push_image(s3: Any, bucket: str, release: PackedRelease) -> str:
    """Put the release where the fleet looks for container images; return the image's name."""
    s3.put_object(Bucket=bucket, Key=f"images/sha256/{release.sha256}.zip", Body=release.content)
    return f"{release.service}@sha256:{release.sha256}"
