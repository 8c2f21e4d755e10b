"""RestoreTraffic: give all traffic back to the live side. Builds, launches and scales nothing.

Also run once before the first shift, when it changes nothing: the way back is walked before the
way forward, so a missing permission or a broken rule shows while no customer depends on it.
"""

import time
from collections.abc import Callable
from typing import Any

from viridian.adapters.leases import Leases
from viridian.adapters.listener_rules import ListenerRules
from viridian.adapters.target_groups import TargetGroups
from viridian.core.deployment import Stage
from viridian.core.restore import require_live_serves
from viridian.runtime import environment
from viridian.runtime.telemetry import DEPLOYMENT_ID, MetricUnit, logger, metrics

table_leases = Leases.from_session(environment.table())
account_groups = TargetGroups.from_session()
account_rules = ListenerRules.from_session()


@logger.inject_lambda_context(correlation_id_path=DEPLOYMENT_ID, clear_state=True)
@metrics.log_metrics
def handler(
    event: dict[str, Any],
    _context: object,
    leases: Leases = table_leases,
    groups: TargetGroups = account_groups,
    rules: ListenerRules = account_rules,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer with the recorded breach and when the rule was read back; `breach` closes the gate."""
    stage = Stage.from_event(event)
    live = stage.roles.live.target_group_arn
    breach = leases.authorise_back(stage.deployment.service, stage.fence, breach=event["breach"])
    require_live_serves(groups.health(live, wanted=1), live)
    rules.apply(stage.deployment.registration.rule_arn, stage.split(candidate_percent=0))

    logger.info("traffic restored", extra={"breach": breach})
    metrics.add_metric("CandidatePercent", MetricUnit.Percent, 0)
    return {"breach": breach, "restored_at": now()}
