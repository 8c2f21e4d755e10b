"""WarmCandidate: ask the candidate its safe checks on the test route until its latency settles."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

from viridian.adapters.http_probe import HttpProbe
from viridian.core.evidence.probe import has_settled
from viridian.core.service.settings import Settings
from viridian.core.service.smoke_tests import TARGET_HEADER
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import MetricUnit, logger, metrics

LONGEST_SECONDS = 20
MOST_REQUESTS = 500

shared_probe = HttpProbe()


@dataclass(frozen=True)
class Input:
    """The test route, and the side to ask on it."""

    deployment_id: str
    url: str
    connect_to: str | None
    colour: str
    settings: Settings


@invocation(Input)
def handler(
    given: Input,
    probe: HttpProbe = shared_probe,
    now: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:
    """Answer with the requests made. A candidate that errs is for SmokeTest to refuse."""
    seconds, end = list[float](), now() + LONGEST_SECONDS
    for answer in probe.ask(
        given.url,
        islice(cycle(given.settings.safe_checks), MOST_REQUESTS),
        version_header=given.settings.version_header,
        connect_to=given.connect_to,
        headers={TARGET_HEADER: given.colour},
    ):
        seconds.append(answer.seconds)
        if now() >= end or has_settled(seconds):
            break

    logger.info("candidate warmed", extra={"requests": len(seconds)})
    metrics.add_metric("WarmUpRequests", MetricUnit.Count, len(seconds))
    return {"requests": len(seconds)}
