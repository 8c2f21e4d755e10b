"""AlarmChanged: an alarm of a service fired: close the gate and end the bake at once.

The breach is recorded before the wait is answered, so an answer that comes late or gets lost
changes nothing: the next write of the deployment finds the gate closed. An alarm about what was
before the first shift is none; should it go on, JudgeCandidate sees it.
"""

from typing import Any

from viridian.adapters.executions import Executions
from viridian.adapters.leases import Leases
from viridian.core.errors import CandidateBreached
from viridian.core.evidence.alarm_change import AlarmChange
from viridian.runtime import environment
from viridian.runtime.telemetry import MetricUnit, logger, metrics

table_leases = Leases.from_session(environment.table())
account_executions = Executions.from_session()


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(
    event: dict[str, Any],
    _context: object,
    leases: Leases = table_leases,
    executions: Executions = account_executions,
) -> dict[str, Any]:
    """Answer whether a deployment watches the alarm and whether its bake was ended."""
    change = AlarmChange.from_event(event)
    is_watched, token = leases.record_breach(
        change.service, change.alarm, change.breach, seen_at=change.seen_at
    )
    is_ended = token is not None and executions.fail(
        token, CandidateBreached.__name__, change.breach
    )

    logger.info("alarm changed", extra={"alarm": change.alarm, "is_watched": is_watched})
    metrics.add_metric("BreachesRecorded", MetricUnit.Count, int(is_watched))
    return {"is_watched": is_watched, "is_bake_ended": is_ended}
