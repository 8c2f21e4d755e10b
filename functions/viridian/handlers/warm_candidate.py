"""WarmCandidate: ask the candidate on its test route until its latency has settled."""

import time
from collections.abc import Callable
from typing import Any

from viridian.adapters.http_probe import HttpProbe
from viridian.core.deployment import Stage
from viridian.core.evidence.probe import TARGET_HEADER, has_settled
from viridian.runtime.telemetry import DEPLOYMENT_ID, MetricUnit, logger, metrics

LONGEST_SECONDS = 20
MOST_REQUESTS = 500

shared_probe = HttpProbe()


@logger.inject_lambda_context(correlation_id_path=DEPLOYMENT_ID, clear_state=True)
@metrics.log_metrics
def handler(
    event: dict[str, Any],
    _context: object,
    probe: HttpProbe = shared_probe,
    now: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:
    """Answer with the requests made. A candidate that errs is for SmokeTest to refuse."""
    stage = Stage.from_event(event)
    registration, colour = stage.deployment.registration, stage.roles.candidate.colour
    checks, seconds, end = registration.settings.smoke_tests, list[float](), now() + LONGEST_SECONDS
    while len(seconds) < MOST_REQUESTS and now() < end and not has_settled(seconds):
        answer = probe.get(
            registration.test_url,
            checks[len(seconds) % len(checks)].path,
            version_header=registration.settings.version_header,
            headers={TARGET_HEADER: colour},
        )
        seconds.append(answer.seconds)

    logger.info("candidate warmed", extra={"requests": len(seconds)})
    metrics.add_metric("WarmUpRequests", MetricUnit.Count, len(seconds))
    return {"requests": len(seconds)}
