"""InspectLive: read from AWS which side is live, and refuse to deploy beside a sick one."""

from typing import Any

from viridian.adapters.alarms import Alarms
from viridian.adapters.fleets.ecs import EcsFleets
from viridian.adapters.listener_rules import ListenerRules
from viridian.adapters.target_groups import TargetGroups
from viridian.core.deployment import Deployment
from viridian.core.preflight import require_clear_alarms, require_healthy_live, way_back
from viridian.core.split import roles_in
from viridian.runtime.telemetry import DEPLOYMENT_ID, logger

account_rules = ListenerRules.from_session()
account_groups = TargetGroups.from_session()
account_alarms = Alarms.from_session()
account_fleets = EcsFleets.from_session()


@logger.inject_lambda_context(correlation_id_path=DEPLOYMENT_ID, clear_state=True)
def handler(
    event: dict[str, Any],
    _context: object,
    rules: ListenerRules = account_rules,
    groups: TargetGroups = account_groups,
    alarms: Alarms = account_alarms,
    fleets: EcsFleets = account_fleets,
) -> dict[str, Any]:
    """Answer with the roles by colour, live's size, and the rule's actions for the way back."""
    registration = Deployment.from_dict(event["deployment"]).registration
    actions = rules.actions(registration.rule_arn)
    roles = roles_in(actions, registration)
    size = fleets.size(roles.live.fleet)
    require_healthy_live(roles, groups.health(roles.live.target_group_arn, size))
    watched = (*roles.candidate.alarms, *registration.shared_alarms)
    require_clear_alarms(alarms.states(watched), watched, registration.shared_alarms)

    logger.info("live inspected", extra={"live": roles.live.colour, "size": size})
    return {
        "live": roles.live.colour,
        "candidate": roles.candidate.colour,
        "size": size,
        "candidate_fleet": roles.candidate.fleet.service,
        "restore_actions": way_back(actions, roles),
    }
