"""ShiftTraffic: give the candidate its next share of the traffic."""

import time
from collections.abc import Callable
from typing import Any

from viridian.adapters.alarms import Alarms
from viridian.adapters.leases import Leases
from viridian.adapters.listener_rules import ListenerRules
from viridian.adapters.target_groups import TargetGroups
from viridian.core.deployment import Stage
from viridian.core.evidence.health import require_quiet
from viridian.core.plan import watch_slice
from viridian.runtime import environment
from viridian.runtime.telemetry import DEPLOYMENT_ID, MetricUnit, logger, metrics

table_leases = Leases.from_session(environment.table())
account_groups = TargetGroups.from_session()
account_alarms = Alarms.from_session()
account_rules = ListenerRules.from_session()


@logger.inject_lambda_context(correlation_id_path=DEPLOYMENT_ID, clear_state=True)
@metrics.log_metrics
def handler(
    event: dict[str, Any],
    _context: object,
    leases: Leases = table_leases,
    groups: TargetGroups = account_groups,
    alarms: Alarms = account_alarms,
    rules: ListenerRules = account_rules,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer with when the step began and how long to watch before the first judgement.

    In this order: the candidate is seen healthy, the lease allows the move, no alarm that is now
    watched fires already (it would send no event again), the rule is written and read back.
    """
    stage = Stage.from_event(event)
    step = stage.deployment.plan.steps[event["step"]]
    candidate = stage.roles.candidate.target_group_arn
    groups.health(candidate, stage.size).require(candidate)
    leases.authorise_forward(
        stage.deployment.service,
        stage.fence,
        percent=step.percent,
        watched_alarms=stage.watched_alarms,
    )
    require_quiet(alarms.states(stage.watched_alarms), stage.watched_alarms)
    rules.apply(stage.deployment.registration.rule_arn, stage.split(step.percent))

    logger.info("traffic shifted", extra={"candidate_percent": step.percent})
    metrics.add_metric("CandidatePercent", MetricUnit.Percent, step.percent)
    return {
        "candidate_percent": step.percent,
        "shifted_at": now(),
        "watch_seconds": watch_slice(step.bake_seconds),
    }
