"""SmokeTest: ask the candidate every check of the service on its test route."""

from typing import Any

from viridian.adapters.http_probe import HttpProbe
from viridian.core.deployment import Stage
from viridian.core.errors import SmokeTestFailed
from viridian.core.evidence.probe import TARGET_HEADER, complaint
from viridian.runtime.telemetry import DEPLOYMENT_ID, logger

shared_probe = HttpProbe()


@logger.inject_lambda_context(correlation_id_path=DEPLOYMENT_ID, clear_state=True)
def handler(
    event: dict[str, Any], _context: object, probe: HttpProbe = shared_probe
) -> dict[str, Any]:
    """Answer with the checks passed; raise SmokeTestFailed with every complaint."""
    stage = Stage.from_event(event)
    registration, version = stage.deployment.registration, stage.deployment.release.version
    headers = {TARGET_HEADER: stage.roles.candidate.colour}
    checks, header = registration.settings.smoke_tests, registration.settings.version_header
    complaints = [
        found
        for check in checks
        if (
            found := complaint(
                check,
                probe.get(
                    registration.test_url, check.path, version_header=header, headers=headers
                ),
                version=version,
                version_header=header,
            )
        )
    ]
    if complaints:
        raise SmokeTestFailed("; ".join(complaints))

    logger.info("smoke test passed", extra={"checks": len(checks)})
    return {"checks": len(checks)}
