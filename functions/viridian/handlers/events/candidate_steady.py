"""CandidateSteady: ECS says that a service is steady: wake the deployment that waits for it.

The event proves nothing: the deployment looks again for itself.
"""

from typing import Any

from viridian.adapters.executions import Executions
from viridian.adapters.leases import Leases
from viridian.core.event import text
from viridian.core.service.settings import SERVICE_NAME
from viridian.runtime import environment
from viridian.runtime.telemetry import logger

table_leases = Leases.from_session(environment.table())
account_executions = Executions.from_session()


@logger.inject_lambda_context(clear_state=True)
def handler(
    event: dict[str, Any],
    _context: object,
    leases: Leases = table_leases,
    executions: Executions = account_executions,
) -> dict[str, Any]:
    """Answer whether a deployment was woken."""
    service, fleet = text(event, "service", SERVICE_NAME), text(event, "ecs_service")
    token = leases.get(service).waits.get(fleet)
    is_woken = token is not None and executions.succeed(token)

    logger.info("fleet steady", extra={"ecs_service": fleet, "is_woken": is_woken})
    return {"is_woken": is_woken}
