"""The manifest of a release, `release.json`: what an author writes.

    {"service": "shop", "version": "1.1.0", "bundle": "bundle.zip", "sha256": "<hex>",
     "command": ["python3", "app.py"], "environment": {"BANNER": "spring"}}

`bundle` is a file beside the manifest, proven by its SHA-256. In its place `image` may name a
container image by digest. The rest changes the service's task template, of which all that is not
named here stays: what runs is template and manifest, and nothing of what ran before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, ClassVar

from viridian.core.errors import ManifestInvalid, ManifestTooLarge
from viridian.core.release.request import Request
from viridian.core.schema import Limits, Rules, parse, read

MANIFEST_LIMIT_BYTES = 64 * 1024
IMAGE = Limits(
    pattern=r"[!-~]+@sha256:[0-9a-f]{64}", hint="an image by digest, repository@sha256:<hex>"
)
SHA256 = Limits(pattern=r"[0-9a-f]{64}", hint="64 lower-case hex digits")
FILE_NAME = Limits(
    pattern=r"(?!\.\.?$)[A-Za-z0-9._-]{1,255}",
    hint="the name of a file beside the manifest, of at most 255 characters",
)
SECRET = Limits(
    pattern=r"arn:[^:]+:(secretsmanager|ssm):[!-~]+",
    hint="the ARN of a Secrets Manager secret or an SSM parameter",
)
MEMORY_MIB = {
    256: (512, 1024, 2048),
    512: range(1024, 4097, 1024),
    1024: range(2048, 8193, 1024),
    2048: range(4096, 16385, 1024),
    4096: range(8192, 30721, 1024),
    8192: range(16384, 61441, 4096),
    16384: range(32768, 122881, 8192),
}
"""What Fargate has, by CPU units.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html"""
VARIABLE = Limits(
    pattern=r"(?!VIRIDIAN_|RELEASE_VERSION$)[A-Za-z_][A-Za-z0-9_]*",
    hint="the name of a variable, and none that Viridian sets (RELEASE_VERSION, VIRIDIAN_*)",
)


def _artifact_complaints(
    bundle: str | None, sha256: str | None, image: str | None
) -> Iterator[tuple[str, str]]:
    if (bundle is None) == (image is None):
        yield "bundle", "give either bundle (with sha256) or image"
    if bundle is not None and sha256 is None:
        yield "sha256", "is missing; give the SHA-256 of the bundle in hex"
    if image is not None and sha256 is not None:
        yield "sha256", "belongs to a bundle; an image is named by its digest"


def _secret_complaints(
    environment: dict[str, str], secrets: dict[str, str]
) -> Iterator[tuple[str, str]]:
    for name, arn in secrets.items():
        if name in environment:
            yield f"secrets.{name}", "is in `environment` as well; give it once"
        if not re.fullmatch(SECRET.pattern, arn):
            yield f"secrets.{name}", f"must be {SECRET.hint}"


def _size_complaints(cpu: int | None, memory: int | None) -> Iterator[tuple[str, str]]:
    if (cpu is None) != (memory is None):
        yield "cpu", "give both cpu and memory, or neither"
    elif cpu is not None and memory not in MEMORY_MIB.get(cpu, ()):
        fitting = [str(size) for size in MEMORY_MIB.get(cpu, ())]
        known = ", ".join(map(str, MEMORY_MIB))
        yield (
            ("memory", f"with cpu {cpu} Fargate has {fitting[0]} to {fitting[-1]} in its steps")
            if fitting
            else ("cpu", f"Fargate has {known}")
        )


@dataclass(frozen=True)
class Manifest:
    """What `release.json` says: a bundle with its checksum, or an image by digest."""

    RULES: ClassVar[Rules] = {
        ("bundle", "sha256", "image"): _artifact_complaints,
        ("environment", "secrets"): _secret_complaints,
        ("cpu", "memory"): _size_complaints,
    }

    service: Annotated[str, "as in the key it is uploaded to"]
    version: Annotated[str, "as in the key it is uploaded to"]
    bundle: Annotated[str | None, FILE_NAME, "what to run: this or `image`"] = None
    sha256: Annotated[
        str | None,
        SHA256,
        "that of the `bundle`, and given with it; verified before anything is touched",
    ] = None
    image: Annotated[str | None, IMAGE, "the container image to run: this or `bundle`"] = None
    command: Annotated[tuple[str, ...], "the container's command; the template's otherwise"] = ()
    environment: Annotated[
        dict[str, str],
        VARIABLE,
        "texts by name, set over the template's; `RELEASE_VERSION` and `VIRIDIAN_...` are "
        "Viridian's own",
    ] = field(default_factory=dict)
    secrets: Annotated[
        dict[str, str],
        VARIABLE,
        "ARNs by name of variable, set over the template's: of Secrets Manager or SSM Parameter "
        "Store; the task's execution role must be allowed to read them",
    ] = field(default_factory=dict)
    cpu: Annotated[
        int | None, Limits(256, 16384), "CPU units of a task, with `memory`; the template's else"
    ] = None
    memory: Annotated[
        int | None, Limits(512, 122_880), "MiB of a task, with `cpu`; the template's else"
    ] = None

    @classmethod
    def from_bytes(cls, content: bytes, request: Request) -> "Manifest":
        """Read a manifest that must be the one the request asks for.

        Raises ManifestTooLarge and ManifestInvalid, with the key and path of all that is wrong.
        """
        where = request.manifest_key
        if len(content) > MANIFEST_LIMIT_BYTES:
            raise ManifestTooLarge(
                f"{where}: over the limit of {MANIFEST_LIMIT_BYTES} bytes; "
                "move what is large into the bundle"
            )
        asked: Rules = {
            (name,): partial(_asked_complaints, name, getattr(request, name))
            for name in ("service", "version")
        }
        return read(cls, parse(content, where, ManifestInvalid), where, ManifestInvalid, asked)


def _asked_complaints(name: str, wanted: str, found: str) -> Iterator[tuple[str, str]]:
    if found != wanted:
        yield name, f"wanted {wanted!r} as in its key, found {found!r}"
