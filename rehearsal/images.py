"""Releases as the container images of the rehearsal: an image is a bundle that says what to run."""

from pathlib import Path
from typing import Any

from viridian.core.release.packed import MANIFEST
from viridian_cli.release import EXAMPLE, PackedRelease, ReleaseUnusable, pack

REGISTRY = "container-images"
"""Any bucket will do: an image is found by its key."""


def pack_with_command(folder: Path) -> PackedRelease:
    """Pack a release that can be run here, where an image has no command of its own."""
    release = pack(folder)
    if not release.manifest.get("command"):
        place = f"{folder / MANIFEST}.command"
        raise ReleaseUnusable(f"{place}: is missing; give what to run, as in {EXAMPLE}")
    return release


def push_image(s3: Any, release: PackedRelease) -> str:
    """Put the release where the fleet looks for container images; return the image's name."""
    s3.create_bucket(Bucket=REGISTRY)
    s3.put_object(Bucket=REGISTRY, Key=f"images/sha256/{release.sha256}.zip", Body=release.content)
    return f"{release.service}@sha256:{release.sha256}"
