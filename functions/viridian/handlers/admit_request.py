"""AdmitRequest: turn the request into a deployment, or refuse it before anything is touched."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from viridian.adapters.admission import Admission
from viridian.adapters.artifacts import Artifacts
from viridian.adapters.fleets import fleet_kinds
from viridian.adapters.images import Images
from viridian.adapters.records import Records
from viridian.adapters.registrations import Registrations
from viridian.core.fleet import Fleets
from viridian.core.record import admitted
from viridian.core.release.request import Request
from viridian.core.service.freeze import require_thawed
from viridian.runtime import environment
from viridian.runtime.attempt import require_passed
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

service_registrations = Registrations.from_session()
artifact_bucket = Artifacts.from_session(environment.artifact_bucket())
account_images = Images.from_session()
account_fleets = fleet_kinds()
table_records = Records.from_session(environment.table())


@dataclass(frozen=True)
class Input:
    """The execution's own input as it came, its name, and the time (ISO 8601)."""

    deployment_id: str
    request: Any
    now: str


@invocation(Input)
def handler(
    given: Input,
    registrations: Registrations = service_registrations,
    artifacts: Artifacts = artifact_bucket,
    records: Records = table_records,
    images: Images = account_images,
    fleets: Mapping[str, Fleets] = account_fleets,
) -> dict[str, Any]:
    """Answer with the deployment: its release verified, its registration resolved, its plan.

    This is the door: what is admitted here is kept with its record and never validated again.
    """
    request = Request.from_dict(given.request)
    registration = registrations.get(request.service)
    freezes, at = registration.settings.freezes, datetime.fromisoformat(given.now)
    require_thawed(freezes, now=at, override=request.override)
    admission = Admission(artifacts, records, images, fleets)
    deployment = admission.deployment(given.deployment_id, request, registration, at=given.now)
    require_passed(admission.checks(deployment, request))
    records.write(admitted(deployment, at=given.now))

    logger.info("request admitted", extra={"service_name": request.service})
    return asdict(deployment)
