"""AcquireLease: take the right to change this service's traffic; one deployment has it."""

from typing import Any

from viridian.adapters.leases import Leases
from viridian.core.deployment import Deployment
from viridian.runtime import environment
from viridian.runtime.telemetry import DEPLOYMENT_ID, logger

table_leases = Leases.from_session(environment.table())


@logger.inject_lambda_context(correlation_id_path=DEPLOYMENT_ID, clear_state=True)
def handler(
    event: dict[str, Any], _context: object, leases: Leases = table_leases
) -> dict[str, Any]:
    """Answer with the fence number; from here on the shared alarms are watched."""
    deployment = Deployment.from_dict(event["deployment"])
    fence = leases.acquire(
        deployment.service,
        deployment.id,
        now=event["now"],
        watched_alarms=deployment.registration.shared_alarms,
    )

    logger.info("lease acquired", extra={"fence": fence})
    return {"fence": fence}
