"""PipelineJob: what an action of CodePipeline calls, over and over until its deployment has ended.

The event holds credentials: it is never logged. A job that is handed over twice asks for the same
deployment; its second answer is refused by CodePipeline, which changes nothing.
"""

import time
from collections.abc import Callable
from typing import Any

from viridian.adapters.artifacts import Artifacts
from viridian.adapters.executions import Executions
from viridian.adapters.pipelines import Pipelines
from viridian.adapters.records import Records
from viridian.adapters.starter import Starter
from viridian.core.document import report_key
from viridian.core.errors import Refusal
from viridian.core.execution import Execution
from viridian.core.pipeline import Job, job_id
from viridian.core.release.packed import completed, manifest_in
from viridian.core.release.request import Request
from viridian.runtime import environment
from viridian.runtime.telemetry import logger

LOOK_SECONDS, LOOKS = 5.0, 6
"""A call lasts for half a minute: how soon CodePipeline calls again is written nowhere."""

account_pipelines = Pipelines.from_session()
account_starter = Starter(
    Executions.from_session(),
    Artifacts.from_session(environment.artifact_bucket()),
    Records.from_session(environment.table()),
    environment.state_machine_arn(),
)


@logger.inject_lambda_context(clear_state=True)
def handler(
    event: Any,
    _context: object,
    pipelines: Pipelines = account_pipelines,
    starter: Starter = account_starter,
    wait: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Answer with the deployment's id and how it stands, as CodePipeline is told."""
    number = job_id(event)
    try:
        job = Job.from_event(event)
        name = job.began or starter.begin(
            asked_by(job, pipelines, starter.artifacts), job.id, is_automatic=False
        )
    except Refusal as refused:
        kind = type(refused).__name__
        is_waited_for = pipelines.fail(number, "ConfigurationError", f"{kind}: {refused}")
        logger.info("job refused", extra={"error": kind, "is_waited_for": is_waited_for})
        return {"deployment_id": None, "status": kind}
    # the first call answers at once: from then on the pipeline knows the deployment's id
    looks = LOOKS if job.began else 0
    found = watched(starter, name, wait, looks)
    is_waited_for = answer(pipelines, number, name, found)
    status = found.status if found else "RUNNING"
    seen = {"deployment": name, "status": status, "is_waited_for": is_waited_for}
    logger.info("job answered", extra=seen)
    return {"deployment_id": name, "status": status}


def asked_by(job: Job, pipelines: Pipelines, artifacts: Artifacts) -> dict[str, Any]:
    """The request of the job. For the release in its artifact, which then lies in the artifact
    bucket, when it names no version.
    """
    if "version" in job.asked or job.artifact is None:
        return job.asked
    with pipelines.opened(job.artifact) as packed:
        manifest = manifest_in(packed, f"s3://{job.artifact.bucket}/{job.artifact.key}")
        request = {
            "service": manifest.get("service"),
            "version": manifest.get("version"),
            **job.asked,
        }
        place = Request.from_dict(request).manifest_key
        pin = artifacts.publish(place, lambda digest: completed(manifest, digest), packed)
    return {**request, "manifest_version_id": pin}


def watched(
    starter: Starter, name: str, wait: Callable[[float], None], looks: int
) -> Execution | None:
    """The deployment once it is over, or after so many looks; what just began may not show."""
    found = starter.described(name)
    for _ in range(looks):
        if found is not None and found.is_over:
            break
        wait(LOOK_SECONDS)
        found = starter.described(name)
    return found


def answer(pipelines: Pipelines, job: str, name: str, found: Execution | None) -> bool:
    """Tell CodePipeline how it stands; False when nobody waits for it any more."""
    if found is None or not found.is_over:
        return pipelines.go_on(job, name, f"{name} runs")
    if found.status == "SUCCEEDED":
        version, service = (str(found.request.get(key, "")) for key in ("version", "service"))
        variables = {"version": version, "report": report_key(service, name)}
        return pipelines.succeed(job, name, str(found), outcome="promoted", **variables)
    return pipelines.fail(job, "JobFailed", str(found), name)
