"""RetireStandby: scale a side that gets no traffic to its resting size.

Also retires a candidate that was rejected or reverted. The machine has waited the drain floor.
"""

from typing import Any

from viridian.adapters.fleets.ecs import EcsFleets
from viridian.adapters.listener_rules import ListenerRules
from viridian.core.deployment import Stage
from viridian.core.split import require_idle
from viridian.runtime.telemetry import DEPLOYMENT_ID, logger

account_rules = ListenerRules.from_session()
account_fleets = EcsFleets.from_session()


@logger.inject_lambda_context(correlation_id_path=DEPLOYMENT_ID, clear_state=True)
def handler(
    event: dict[str, Any],
    _context: object,
    rules: ListenerRules = account_rules,
    fleets: EcsFleets = account_fleets,
) -> dict[str, Any]:
    """Answer with the side's new size; refuse while the rule still gives it traffic."""
    stage = Stage.from_event(event)
    registration = stage.deployment.registration
    side = stage.deployment.side(event["colour"])
    require_idle(side, rules.actions(registration.rule_arn))
    fleets.resize(side.fleet, registration.settings.resting_count)

    logger.info("standby retired", extra={"colour": side.colour})
    return {"colour": side.colour, "size": registration.settings.resting_count}
