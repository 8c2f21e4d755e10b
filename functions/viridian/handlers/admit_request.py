"""AdmitRequest: turn the request into a deployment, or refuse it before anything is touched."""

from dataclasses import asdict, dataclass
from typing import Any

from viridian.adapters.artifacts import Artifacts
from viridian.adapters.records import Records
from viridian.adapters.registrations import Registrations
from viridian.core.deployment import Deployment, live_release
from viridian.core.record import admitted
from viridian.core.release.release import Release
from viridian.core.release.request import Request
from viridian.runtime import environment
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

service_registrations = Registrations.from_session()
artifact_bucket = Artifacts.from_session(environment.artifact_bucket())
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
) -> dict[str, Any]:
    """Answer with the deployment: its release verified, its registration resolved, its plan.

    This is the door: what is admitted here is kept with its record and never validated again.
    """
    request = Request.from_dict(given.request)
    registration = registrations.get(request.service)
    live = records.production(request.service)
    if live is not None:
        live.require_older_than(request)
    version = request.version or (live.version if live else "")
    ran = records.ran(request.service, version)
    release = Release.requested(request, artifacts) if request.version else live_release(ran)
    deployment = Deployment.admitted(
        given.deployment_id, request, registration, release, ran=ran, at=given.now
    )
    records.write(admitted(deployment, at=given.now))

    logger.info("request admitted", extra={"service_name": request.service})
    return asdict(deployment)
