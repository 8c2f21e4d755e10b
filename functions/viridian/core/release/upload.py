"""An upload, as S3 tells it: it becomes a request with a name."""

import re
from dataclasses import dataclass
from typing import Any

from viridian.core.errors import RequestInvalid
from viridian.core.event import TIME, text
from viridian.core.execution import name_end
from viridian.core.release.request import VERSION, VERSION_ID
from viridian.core.service.settings import SERVICE_NAME

MANIFEST_KEY = re.compile(
    rf"(?P<service>{SERVICE_NAME.pattern})/(?P<version>{VERSION.pattern})/release\.json"
)


@dataclass(frozen=True)
class Upload:
    """An uploaded manifest. The same upload always gives the same deployment id."""

    deployment_id: str
    request: dict[str, str]

    @classmethod
    def from_event(cls, event: Any) -> "Upload":
        """Read an S3 "Object Created" event.

        Raises EventInvalid, or RequestInvalid for a key out of place.
        """
        item = "detail.object"
        return cls.of(
            text(event, "detail.bucket.name"),
            text(event, f"{item}.key"),
            text(event, f"{item}.version-id", VERSION_ID),
            text(event, "time", TIME),
        )

    @classmethod
    def of(cls, bucket: str, key: str, version_id: str, uploaded_at: str | None = None) -> "Upload":
        """The upload of one version of an object; raises RequestInvalid for a key out of place.

        Told again with another time, it is the same deployment.
        """
        match = MANIFEST_KEY.fullmatch(key)
        if match is None:
            raise RequestInvalid(
                f"{key}: out of place; a manifest is <service>/<version>/release.json"
            )
        request = {**match.groupdict(), "manifest_version_id": version_id}
        if uploaded_at is not None:
            request["uploaded_at"] = uploaded_at
        return cls(_deployment_id(request, bucket, key), request)


def _deployment_id(request: dict[str, str], bucket: str, key: str) -> str:
    """An execution name of at most 80 characters: readable, and one for each S3 version."""
    identity = f"{bucket}/{key}?versionId={request['manifest_version_id']}"
    return f"{request['service']}-{request['version']}-{name_end(identity)}"
