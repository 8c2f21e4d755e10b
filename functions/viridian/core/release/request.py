"""What a person or an event asks for: the input of the deployment machine.

    {"service": "shop", "version": "1.1.0"}

is all that is needed; without a version, what is live is deployed again on the newest task
template. `manifest_version_id` pins the S3 version of the release's manifest (an upload sets it),
`steps` replaces the service's plan for this one deployment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from viridian.core.control import REASON
from viridian.core.errors import RequestInvalid
from viridian.core.event import TIME
from viridian.core.facts import ACCEPTABLE
from viridian.core.plan import STEPS, Step, step_complaints
from viridian.core.schema import Limits, Rules, read
from viridian.core.service.settings import ON_BUSY, SERVICE_NAME

VERSION = Limits(
    pattern=r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}",
    hint="a version of at most 32 letters, digits, dots, underscores and hyphens",
)
VERSION_ID = Limits(pattern=r"[!-~]{1,1024}", hint="a version id of S3, at most 1024 characters")


def _accept_complaints(accept: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for index, name in enumerate(accept):
        if name not in ACCEPTABLE:
            yield f"accept[{index}]", f"must be one of {', '.join(ACCEPTABLE)}"


def _pin_complaints(
    version: str | None, manifest_version_id: str | None
) -> Iterator[tuple[str, str]]:
    if version is None and manifest_version_id is not None:
        yield "version", "is missing; a manifest is of one version"


def _ignored_complaints(
    ignore_alarms: tuple[str, ...], override: str | None
) -> Iterator[tuple[str, str]]:
    if ignore_alarms and override is None:
        yield "override", "is missing; say why alarms are ignored"


@dataclass(frozen=True)
class Request:
    """What is asked for: this release of this service, live."""

    RULES: ClassVar[Rules] = {
        ("steps",): step_complaints,
        ("version", "manifest_version_id"): _pin_complaints,
        ("accept",): _accept_complaints,
        ("ignore_alarms", "override"): _ignored_complaints,
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
    on_busy: Annotated[
        str | None,
        ON_BUSY,
        "what becomes of this deployment while another one of the service runs, as in the service "
        "file",
    ] = None
    override: Annotated[
        str | None,
        REASON,
        "why it is deployed although the service is frozen, or without `ignore_alarms`; kept with "
        "the record",
    ] = None
    ignore_alarms: Annotated[
        tuple[str, ...],
        "shared alarms that this deployment goes without, as when live is the one that burns: they "
        "neither keep it from beginning nor take it back; `override` says why",
    ] = ()
    again: Annotated[
        bool,
        "`true`: a release that was rejected, reverted or taken back is tried again, also by a way "
        "that asks by itself",
    ] = False
    accept: Annotated[
        tuple[str, ...],
        "differences between AWS and the record of live's promotion to go on with: "
        f"{', '.join(f'`{path}`' for path in ACCEPTABLE)}. What is found then counts as proven, "
        "though nobody promoted it; kept with the deployment's record",
    ] = ()

    @classmethod
    def from_dict(cls, data: Any) -> "Request":
        """Read the execution input; raises RequestInvalid with the path of all that is wrong."""
        return read(cls, data, "input", RequestInvalid)

    @property
    def manifest_key(self) -> str:
        """Where the manifest lies in the artifact bucket."""
        return f"{self.service}/{self.version}/release.json"
