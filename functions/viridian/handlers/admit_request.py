"""AdmitRequest: turn the request into a deployment, or refuse it before anything is touched."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from viridian.adapters.artifacts import Artifacts
from viridian.adapters.fleets import fleet_kinds
from viridian.adapters.images import Images
from viridian.adapters.records import Records
from viridian.adapters.registrations import Registrations
from viridian.core.deployment import Deployment, live_release
from viridian.core.errors import ReleaseFailed
from viridian.core.fleet import Fleets
from viridian.core.record import admitted
from viridian.core.release.image import EcrImage, require_allowed
from viridian.core.release.release import Release
from viridian.core.release.request import Request
from viridian.core.service.freeze import require_thawed
from viridian.runtime import environment
from viridian.runtime.attempt import attempt
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
    if request.override is None:
        freezes = registration.settings.freezes
        require_thawed(freezes, now=datetime.fromisoformat(given.now))
    live = records.production(request.service)
    if live is not None:
        live.require_older_than(request)
    version = request.version or (live.version if live else "")
    ran = records.ran(request.service, version)
    release = Release.requested(request, artifacts) if request.version else live_release(ran)
    deployment = Deployment.admitted(
        given.deployment_id, request, registration, release, ran=ran, at=given.now
    )
    if request.uploaded_at is not None and not request.again:
        require_untried(deployment, records)
    if deployment.release.image is not None:
        require_allowed(deployment.release.image, registration.settings.image_repositories)
    attempt("image", lambda: require_image(deployment, images, fleets))
    records.write(admitted(deployment, at=given.now))

    logger.info("request admitted", extra={"service_name": request.service})
    return asdict(deployment)


def require_untried(deployment: Deployment, records: Records) -> None:
    """Raise ReleaseFailed where the same release failed before: an upload is no reason to try it
    again, at night, with nobody near.
    """
    for failure in records.failures(deployment.service, deployment.version):
        if failure.release.is_same(deployment.release):
            raise ReleaseFailed(
                f"input.version: {deployment.version} is the release that {failure.deployment_id} "
                f"ended with as {failure.ending}; mend it, or ask for it again with "
                '"again": true'
            )


def require_image(deployment: Deployment, images: Images, fleets: Mapping[str, Fleets]) -> None:
    """Raise unless the release's image is there, for the platform of its tasks.

    NotKnown where that cannot be seen from here.
    """
    registration, name = deployment.registration, deployment.release.image
    if name is None:
        return
    image = EcrImage.of(name, beside=registration.rule_arn)
    platforms = images.platforms(image)
    wanted = fleets[registration.blue.fleet.kind].platform(deployment.blueprint)
    image.require_fit(platforms, wanted)
