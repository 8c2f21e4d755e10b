"""AdmitRequest: turn the request into a deployment, or refuse it before anything is touched."""

from typing import Any

from viridian.adapters.artifacts import Artifacts
from viridian.adapters.registrations import Registrations
from viridian.core.deployment import Deployment
from viridian.core.release.release import Release
from viridian.core.release.request import Request
from viridian.runtime import environment
from viridian.runtime.telemetry import logger

service_registrations = Registrations.from_session()
artifact_bucket = Artifacts.from_session(environment.artifact_bucket())


@logger.inject_lambda_context(correlation_id_path="deployment_id", clear_state=True)
def handler(
    event: dict[str, Any],
    _context: object,
    registrations: Registrations = service_registrations,
    artifacts: Artifacts = artifact_bucket,
) -> dict[str, Any]:
    """Answer with the deployment: its release verified, its registration resolved, its plan."""
    request = Request.from_dict(event["request"])
    registration = registrations.get(request.service)
    manifest = artifacts.manifest(request)
    release = Release.of(manifest, artifacts.verified_bundle(manifest, request))

    logger.info("request admitted", extra={"service_name": request.service})
    deployment = Deployment.admitted(event["deployment_id"], request, registration, release)
    return deployment.to_dict()
