"""AcquireLease: take the right to change this service's traffic; one deployment has it."""

from dataclasses import dataclass
from typing import Any

from viridian.adapters.executions import Executions
from viridian.adapters.leases import Leases
from viridian.core.hold import require_may_begin
from viridian.runtime import environment
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

account_executions = Executions.from_session()
table_leases = Leases.from_session(environment.table())


@dataclass(frozen=True)
class Input:
    """From here on these alarms are watched; `now` is ISO 8601."""

    service: str
    deployment_id: str
    watched_alarms: tuple[str, ...]
    now: str


@invocation(Input)
def handler(
    given: Input, leases: Leases = table_leases, executions: Executions = account_executions
) -> dict[str, Any]:
    """Answer with the fence number. A standby that is still watched is asked to end: raises
    StandbyClosing until it has. Raises EverythingStopped while that is so.
    """
    require_may_begin(leases.get(given.service), leases.stop(), given.deployment_id)
    if token := leases.close_standby(given.service):
        executions.succeed(token)
    fence = leases.acquire(
        given.service,
        given.deployment_id,
        now=given.now,
        watched_alarms=given.watched_alarms,
    )

    logger.info("lease acquired", extra={"fence": fence})
    return {"fence": fence}
