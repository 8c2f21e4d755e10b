"""VerifyProduction: the last look, on the production route: is it the release that answers?"""

from typing import Any

from viridian.adapters.http_probe import HttpProbe
from viridian.core.deployment import Stage
from viridian.core.errors import WrongVersionServed
from viridian.core.evidence.probe import PRODUCTION_ROUNDS, complaint
from viridian.runtime.telemetry import DEPLOYMENT_ID, logger

shared_probe = HttpProbe()


@logger.inject_lambda_context(correlation_id_path=DEPLOYMENT_ID, clear_state=True)
def handler(
    event: dict[str, Any], _context: object, probe: HttpProbe = shared_probe
) -> dict[str, Any]:
    """Answer with the requests made; raise WrongVersionServed at the first wrong answer."""
    stage = Stage.from_event(event)
    registration, version = stage.deployment.registration, stage.deployment.release.version
    settings = registration.settings
    checks = settings.smoke_tests * PRODUCTION_ROUNDS
    for check in checks:
        answer = probe.get(
            registration.production_url, check.path, version_header=settings.version_header
        )
        if found := complaint(
            check, answer, version=version, version_header=settings.version_header
        ):
            raise WrongVersionServed(found)

    logger.info("production verified", extra={"requests": len(checks)})
    return {"requests": len(checks)}
