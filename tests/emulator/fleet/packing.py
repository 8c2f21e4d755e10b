"""Bundles as a task gets them: an archive with a release.json, named by its digest."""

import hashlib
import io
import json
import zipfile
from typing import Any, NamedTuple


class Bundle(NamedTuple):
    content: bytes
    sha256: str


def packed(files: dict[str, str], **manifest: Any) -> Bundle:
    """All files may be executed."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in {**files, "release.json": json.dumps(manifest)}.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = 0o755 << 16
            archive.writestr(member, text)
    return Bundle(content.getvalue(), hashlib.sha256(content.getvalue()).hexdigest())
