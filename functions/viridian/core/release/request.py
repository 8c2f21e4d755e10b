"""What a person or an event asks for: the input of the deployment machine.

    {"service": "shop", "version": "1.1.0"}

is all that is needed; without a version, what is live is deployed again on the newest task
template. `manifest_version_id` pins the S3 version of the release's manifest (an upload sets it),
`steps` replaces the service's plan for this one deployment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from viridian.core.errors import RequestInvalid
from viridian.core.event import TIME
from viridian.core.plan import STEPS, Step, step_complaints
from viridian.core.schema import Limits, Rules, read
from viridian.core.service.settings import SERVICE_NAME

VERSION = Limits(
    pattern=r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}",
    hint="a version of at most 32 letters, digits, dots, underscores and hyphens",
)
VERSION_ID = Limits(pattern=r"[!-~]{1,1024}", hint="a version id of S3, at most 1024 characters")


ACCEPTABLE = ("live.task_definition",)
"""What InspectLive may find otherwise than recorded and go on, if the request says so."""


def _accept_complaints(accept: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for index, name in enumerate(accept):
        if name not in ACCEPTABLE:
            yield f"accept[{index}]", f"must be one of {', '.join(ACCEPTABLE)}"


def _pin_complaints(
    version: str | None, manifest_version_id: str | None
) -> Iterator[tuple[str, str]]:
    if version is None and manifest_version_id is not None:
        yield "version", "is missing; a manifest is of one version"


@dataclass(frozen=True)
class Request:
    """What is asked for: this release of this service, live."""

    RULES: ClassVar[Rules] = {
        ("steps",): step_complaints,
        ("version", "manifest_version_id"): _pin_complaints,
        ("accept",): _accept_complaints,
    }

    service: Annotated[str, SERVICE_NAME, "a registered service"]
    version: Annotated[
        str | None,
        VERSION,
        "begins with a letter or digit; the manifest is `<service>/<version>/release.json` in the "
        "artifact bucket; without one, the live release is deployed on the newest task template",
    ] = None
    manifest_version_id: Annotated[
        str | None,
        VERSION_ID,
        "the S3 version of the manifest; an upload sets it, otherwise the newest is taken",
    ] = None
    uploaded_at: Annotated[
        str | None,
        TIME,
        "when the manifest was uploaded; an upload sets it, and is refused when what is live was "
        "asked for later",
    ] = None
    steps: Annotated[
        tuple[Step, ...] | None, STEPS, "a plan for this deployment alone, as in the service file"
    ] = None
    template: Annotated[
        str | None,
        Limits(pattern="newest", hint="newest"),
        "`newest`: a version that was live before is made anew from the newest task template; "
        "otherwise exactly what it ran runs again",
    ] = None
    accept: Annotated[
        tuple[str, ...],
        "differences between the record and AWS to go on with: `live.task_definition` takes what "
        "live runs for proven, though nobody promoted it; kept with the deployment's record",
    ] = ()

    @classmethod
    def from_dict(cls, data: Any) -> "Request":
        """Read the execution input; raises RequestInvalid with the path of all that is wrong."""
        return read(cls, data, "input", RequestInvalid)

    @property
    def manifest_key(self) -> str:
        """Where the manifest lies in the artifact bucket."""
        return f"{self.service}/{self.version}/release.json"
