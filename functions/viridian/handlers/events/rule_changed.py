"""RuleChanged: CloudTrail tells that somebody else wrote a service's production rule: keep who.

The event proves nothing: the deployment is woken, and looks at the rule for itself.
"""

from typing import Any

from viridian.adapters.executions import Executions
from viridian.adapters.leases import Leases
from viridian.core.rule_change import RuleChange
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
    change = RuleChange.from_event(event)
    token = leases.record_change(change.service, change.by)
    is_woken = token is not None and executions.succeed(token)

    logger.info("rule changed", extra={"by": change.by, "is_woken": is_woken})
    return {"is_woken": is_woken}
