"""PrepareCandidate: have the idle side run the release, at the size of live."""

from typing import Any

from viridian.adapters.fleets.ecs import EcsFleets
from viridian.core.deployment import Stage
from viridian.runtime.telemetry import DEPLOYMENT_ID, logger

account_fleets = EcsFleets.from_session()


@logger.inject_lambda_context(correlation_id_path=DEPLOYMENT_ID, clear_state=True)
def handler(
    event: dict[str, Any], _context: object, fleets: EcsFleets = account_fleets
) -> dict[str, Any]:
    """Answer with the task definition that the candidate was asked to run."""
    stage = Stage.from_event(event)
    arn = fleets.bring(
        stage.roles.candidate.fleet,
        stage.deployment.release,
        like=stage.roles.live.fleet,
        size=stage.size,
    )

    logger.info("candidate prepared", extra={"task_definition_arn": arn})
    return {"task_definition_arn": arn}
