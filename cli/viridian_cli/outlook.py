"""What a deployment would do, for whoever plans it; `core/course.py` says how long and for what."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from viridian.core import course
from viridian.core.deployment import Deployment
from viridian.core.guardian import Machine
from viridian_cli import way
from viridian_cli.account import Account
from viridian_cli.deployment import explanations
from viridian_cli.preflight import Preflight
from viridian_cli.state import MACHINES


def outlook(account: Account, found: Preflight) -> dict[str, Any]:
    """What is known; of a release that could not be read, its findings alone."""
    told = {"stops": found.stops, "checks": [asdict(each) for each in found.findings]}
    if (deployment := found.deployment) is None:
        return told
    settings = deployment.registration.settings
    spans = {
        "until_promoted": course.until_promoted(deployment),
        "after_promotion": course.after_promotion(deployment),
    }
    steps = [
        {**asdict(step), "seconds": asdict(course.bake(step, settings))}
        for step in deployment.steps
    ]
    return {
        **told,
        "version": deployment.version,
        "steps": steps,
        "way": [*_way(account, deployment)],
        "asked": [_asked(each) for each in course.asked(deployment)],
        "seconds": {name: asdict(span) for name, span in spans.items()},
        "overlap": _overlap(found, deployment),
    }


def _way(account: Account, deployment: Deployment) -> Iterator[dict[str, Any]]:
    """The states in their order, with what the deployed machines say of them."""
    states = account.client("stepfunctions")
    deploys, stands = (
        explanations(states, account.output(MACHINES[machine]))
        for machine in (Machine.DEPLOY, Machine.STANDBY)
    )
    parts = [
        (deploys, 0, way.BEFORE),
        *((deploys, step.percent, way.STEP) for step in deployment.steps),
        (deploys, 100, way.AFTER),
        (stands, 100, way.STANDBY),
    ]
    for meaning, percent, part in parts:
        for state, calls in part.items():
            what = meaning.get(state, "")
            yield {"percent": percent, "state": state, "what": what, "calls": list(calls)}


def _asked(each: course.Asked) -> dict[str, Any]:
    question = each.question
    return {
        "percent": each.percent,
        "key": question.key,
        "at": question.at,
        "who": question.target["kind"],
        "seconds": question.seconds,
        "passes": list(question.passes),
    }


def _overlap(found: Preflight, deployment: Deployment) -> dict[str, Any] | None:
    """Hours at least and at most; those of vCPUs and GB of Fargate alone."""
    if found.sides is None:
        return None
    hours, task = course.overlap_hours(deployment, found.sides.size), found.task
    return {
        "tasks": found.sides.size,
        "task_hours": _rounded(hours),
        "vcpu_hours": _rounded(hours.times(task.vcpu)) if task else None,
        "gb_hours": _rounded(hours.times(task.gb)) if task else None,
    }


def _rounded(span: course.Span) -> dict[str, float]:
    return {name: round(value, 3) for name, value in asdict(span).items()}
