"""VerifyRestored: does the rule send all traffic to the live side, and is that side healthy?"""

from typing import Any

from viridian.adapters.listener_rules import ListenerRules
from viridian.adapters.target_groups import TargetGroups
from viridian.core.deployment import Stage
from viridian.core.restore import require_live_holds
from viridian.runtime.telemetry import DEPLOYMENT_ID, logger

account_groups = TargetGroups.from_session()
account_rules = ListenerRules.from_session()


@logger.inject_lambda_context(correlation_id_path=DEPLOYMENT_ID, clear_state=True)
def handler(
    event: dict[str, Any],
    _context: object,
    groups: TargetGroups = account_groups,
    rules: ListenerRules = account_rules,
) -> dict[str, Any]:
    """Answer with the candidate's share, 0; raise SplitNotApplied or RestoreUnverified."""
    stage = Stage.from_event(event)
    rule_arn, live = stage.deployment.registration.rule_arn, stage.roles.live.target_group_arn
    stage.split(candidate_percent=0).require_in(rules.actions(rule_arn), rule_arn)
    require_live_holds(groups.health(live, wanted=1), live)

    logger.info("restore verified", extra={"live": stage.roles.live.colour})
    return {"candidate_percent": 0}
