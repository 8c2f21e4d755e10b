"""What a person or an event asks for: the input of the deployment machine.

    {"service": "shop", "version": "1.1.0"}

is all that is needed. `manifest_version_id` pins the S3 version of the release's manifest (an
upload sets it), `steps` replaces the service's plan for this one deployment.
"""

from dataclasses import dataclass
from typing import Any

from viridian.core.errors import RequestInvalid
from viridian.core.fields import Fields
from viridian.core.plan import Plan
from viridian.core.service.settings import SERVICE_NAME, SERVICE_NAME_HINT

VERSION = r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}"
VERSION_HINT = "a version of at most 32 letters, digits, dots, underscores and hyphens"


@dataclass(frozen=True)
class Request:
    """One wish: this release of this service, live."""

    service: str
    version: str
    manifest_version_id: str | None = None
    plan: Plan | None = None

    @classmethod
    def from_dict(cls, data: Any) -> "Request":
        """Read the execution input; raises RequestInvalid with the path of what is wrong."""
        fields = Fields(data, "input", RequestInvalid)
        request = cls(
            service=fields.text("service", SERVICE_NAME, SERVICE_NAME_HINT),
            version=fields.text("version", VERSION, VERSION_HINT),
            manifest_version_id=fields.optional("manifest_version_id", fields.text, None),
            plan=fields.optional("steps", lambda name: Plan.read(fields, name), None),
        )
        fields.done()
        return request

    @property
    def manifest_key(self) -> str:
        """Where the manifest lies in the artifact bucket."""
        return f"{self.service}/{self.version}/release.json"
