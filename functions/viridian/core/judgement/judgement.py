"""A verdict and what follows from it, for one step of one deployment."""

from collections.abc import Mapping
from typing import Any

from viridian.core.deployment import Stage
from viridian.core.judgement.verdict import Evidence, Requests, decide, judge


def conclude(
    stage: Stage,
    step: int,
    alarms: Mapping[str, str],
    requests: Mapping[str, Requests],
    *,
    baked_seconds: float,
) -> dict[str, Any]:
    """Judge the candidate by the service's settings and say what the machine does next.

    `alarms` has states by name, `requests` the sides by role: `candidate` and `live`.
    """
    settings = stage.deployment.registration.settings
    verdict = judge(
        Evidence(
            alarms=alarms,
            watched_alarms=stage.watched_alarms,
            candidate=requests["candidate"],
            live=requests["live"],
            minimum_requests=settings.alarms.minimum_requests,
            error_rate_percent=settings.alarms.error_rate_percent,
        )
    )
    decision = decide(
        verdict,
        baked_seconds=baked_seconds,
        bake_seconds=stage.deployment.plan.steps[step].bake_seconds,
        patience_seconds=settings.unknown_patience_seconds,
        period_seconds=settings.alarms.period_seconds,
    )
    return {
        "next": decision.next,
        "watch_seconds": decision.watch_seconds,
        "verdict": verdict.state,
        "reason": verdict.reason,
    }
