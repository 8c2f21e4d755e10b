"""Releases of the matrix: the shop again and again, each under a version of its own."""

from dataclasses import replace

from rehearsal.session import SHOP
from viridian_cli.release import PackedRelease, pack

RELEASE = pack(SHOP / "releases" / "1.1.0")


SLOWLY = ["sh", "-c", "sleep 4; exec python3 app.py"]


def release(
    service: str, version: str, *, is_bad: bool = False, is_slow: bool = False
) -> PackedRelease:
    """A good one, or one that answers every client with 500; at once, or after some seconds."""
    environment = {"FAULT_PERCENT": "100"} if is_bad else {}
    manifest = {
        **RELEASE.manifest,
        **({"command": SLOWLY} if is_slow else {}),
        "service": service,
        "version": version,
        "environment": environment,
    }
    return replace(RELEASE, service=service, version=version, manifest=manifest)
