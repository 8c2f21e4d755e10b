"""Objects of the artifact bucket, each read at one version of it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Any

from boto3.session import Session
from botocore.exceptions import ClientError

from viridian.adapters.clients import client
from viridian.core.release.packed import BUNDLE, MANIFEST
from viridian.core.release.release import Stored

CHUNK_BYTES = 1024 * 1024
ABSENT = {"NoSuchKey", "NoSuchVersion", "MethodNotAllowed", "InvalidArgument"}
"""S3's names for: never there, that version never was, it is a delete marker, no version id."""

TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}
"""Somebody put it before, or puts it now."""


@dataclass(frozen=True)
class Artifacts:
    """The artifact bucket. Of what is not there, None."""

    s3: Any
    name: str

    @classmethod
    def from_session(cls, name: str, session: Session | None = None) -> "Artifacts":
        """The bucket, with a client of its own."""
        return cls(client("s3", session), name)

    def read(self, key: str, version_id: str | None, most_bytes: int) -> bytes | None:
        """The first bytes of an object, of this version or the newest."""
        answer = self._get(key, **({"VersionId": version_id} if version_id else {}))
        return None if answer is None else bytes(answer["Body"].read(most_bytes))

    def digest(self, key: str) -> Stored | None:
        """The newest version of an object, read to its end."""
        answer = self._get(key)
        if answer is None:
            return None
        digest = hashlib.sha256()
        for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
            digest.update(chunk)
        return Stored(answer["VersionId"], digest.hexdigest())

    def newest(self, key: str) -> str | None:
        """The id of an object's newest version."""
        try:
            return str(self.s3.head_object(Bucket=self.name, Key=key)["VersionId"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "404":  # an answer without a body, and so a name
                return None
            raise

    def publish(self, key: str, manifest: Callable[[str], bytes], bundle: BufferedIOBase) -> str:
        """Put a release's bundle, then its manifest, which is made of the bundle's SHA-256 in hex;
        the version id of the manifest.

        What is there already is taken. Raises ClientError (PreconditionFailed) when another
        manifest is put at the same time: a second try finds it.
        """
        bundle.seek(0)
        content = manifest(hashlib.file_digest(bundle, "sha256").hexdigest())
        found = self._get(key)
        if found is not None and found["Body"].read(len(content) + 1) == content:
            return str(found["VersionId"])
        bundle.seek(0)
        self.s3.put_object(Bucket=self.name, Key=key.removesuffix(MANIFEST) + BUNDLE, Body=bundle)
        unless = {"IfNoneMatch": "*"} if found is None else {"IfMatch": found["ETag"]}
        answer = self.s3.put_object(Bucket=self.name, Key=key, Body=content, **unless)
        return str(answer["VersionId"])

    def replace(self, key: str, content: bytes, content_type: str) -> None:
        """Put an object; one of before becomes a noncurrent version."""
        self.s3.put_object(Bucket=self.name, Key=key, Body=content, ContentType=content_type)

    def put_once(self, key: str, content: bytes) -> str | None:
        """Put an object that nobody has put; its version id, also if the same was put before.

        None when there is another one.
        """
        try:
            answer = self.s3.put_object(Bucket=self.name, Key=key, Body=content, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] not in TAKEN:
                raise
            found = self._get(key)
            is_same = found is not None and found["Body"].read(len(content) + 1) == content
            return str(found["VersionId"]) if found and is_same else None
        return str(answer["VersionId"])

    def _get(self, key: str, **version: str) -> dict[str, Any] | None:
        try:
            answer: dict[str, Any] = self.s3.get_object(Bucket=self.name, Key=key, **version)
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                return None
            raise
        return answer
