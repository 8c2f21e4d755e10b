"""JudgeCandidate: read alarms and both sides' requests, and decide what comes next.

The backstop of the alarm events: a breach whose event never came is seen here.
"""

import time
from collections.abc import Callable
from typing import Any

from viridian.adapters.alarms import Alarms
from viridian.adapters.request_metrics import RequestMetrics
from viridian.core.deployment import Stage
from viridian.core.judgement.judgement import conclude
from viridian.runtime.telemetry import DEPLOYMENT_ID, logger

account_alarms = Alarms.from_session()
account_metrics = RequestMetrics.from_session()


@logger.inject_lambda_context(correlation_id_path=DEPLOYMENT_ID, clear_state=True)
def handler(
    event: dict[str, Any],
    _context: object,
    alarms: Alarms = account_alarms,
    request_metrics: RequestMetrics = account_metrics,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer with the next move, the verdict and the numbers compared."""
    stage, since, read_at = Stage.from_event(event), event["shifted_at"], now()
    registration, roles = stage.deployment.registration, stage.roles
    requests = request_metrics.requests(
        registration.load_balancer,
        {"candidate": roles.candidate.target_group, "live": roles.live.target_group},
        since=since,
        now=read_at,
        period=registration.settings.alarms.period_seconds,
    )
    states = alarms.states(stage.watched_alarms)
    judged = conclude(stage, event["step"], states, requests, baked_seconds=read_at - since)

    logger.info("candidate judged", extra=judged)
    return judged
