"""Objects of the artifact bucket, each read at one version of it."""

import hashlib
from dataclasses import dataclass
from typing import Any

from boto3.session import Session
from botocore.exceptions import ClientError

from viridian.adapters.clients import client
from viridian.core.release.release import Stored

CHUNK_BYTES = 1024 * 1024
ABSENT = {"NoSuchKey", "NoSuchVersion", "MethodNotAllowed", "InvalidArgument"}
"""S3's names for: never there, that version never was, it is a delete marker, no version id."""


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

    def _get(self, key: str, **version: str) -> dict[str, Any] | None:
        try:
            answer: dict[str, Any] = self.s3.get_object(Bucket=self.name, Key=key, **version)
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                return None
            raise
        return answer
