"""CheckCandidate: is every target of the candidate healthy, and on the release alone?"""

import time
from collections.abc import Callable
from typing import Any

from viridian.adapters.alarms import Alarms
from viridian.adapters.fleets.ecs import EcsFleets
from viridian.adapters.target_groups import TargetGroups
from viridian.core.deployment import Stage
from viridian.core.evidence.rollout import readiness, require_time_left
from viridian.runtime.telemetry import DEPLOYMENT_ID, logger

account_groups = TargetGroups.from_session()
account_alarms = Alarms.from_session()
account_fleets = EcsFleets.from_session()


@logger.inject_lambda_context(correlation_id_path=DEPLOYMENT_ID, clear_state=True)
def handler(
    event: dict[str, Any],
    _context: object,
    groups: TargetGroups = account_groups,
    alarms: Alarms = account_alarms,
    fleets: EcsFleets = account_fleets,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer whether it is ready, and why not; raise CandidateNotReady once its time is over."""
    stage = Stage.from_event(event)
    candidate = stage.roles.candidate
    found = readiness(
        fleets.rollout(candidate.fleet),
        groups.health(candidate.target_group_arn, stage.size),
        alarms.states(stage.watched_alarms),
        task_definition_arn=event["task_definition_arn"],
        watched_alarms=stage.watched_alarms,
    )
    require_time_left(
        found,
        waited_seconds=now() - event["since_ms"] / 1000,
        timeout_seconds=stage.deployment.registration.settings.prepare_timeout_seconds,
    )

    logger.info("candidate checked", extra={"is_ready": found.is_ready, "reason": found.reason})
    return {"is_ready": found.is_ready, "reason": found.reason}
