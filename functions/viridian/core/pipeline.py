"""A job of a CodePipeline action that invokes a function: what it asks for, and what it is told.

The action's user parameters are a request, as the deployment machine takes it:

    {"service": "shop", "version": "1.1.0"}

Without a version the action's input artifact is the release: a zip with a `release.json`, as an
author writes it, at its root.
"""

from dataclasses import dataclass, field
from typing import Any

from viridian.core.errors import EventInvalid, RequestInvalid
from viridian.core.event import at, said, text
from viridian.core.execution import NAME
from viridian.core.schema import Limits, parse

JOB_ID = Limits(pattern=r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", hint="the id of a job")


@dataclass(frozen=True)
class Artifact:
    """An object of the pipeline's bucket, with CodePipeline's own credentials to read it: they are
    the job's alone, and never shown.
    """

    bucket: str
    key: str
    credentials: tuple[str, str, str] = field(repr=False)


@dataclass(frozen=True)
class Job:
    """One call of the function. `began` is the deployment that an earlier call for the same action
    has begun; CodePipeline hands it on.
    """

    id: str
    asked: dict[str, Any]
    artifact: Artifact | None
    began: str | None

    @classmethod
    def from_event(cls, event: Any) -> "Job":
        """Read it; raises EventInvalid or RequestInvalid, which show no value of the event."""
        job = _job(event)
        parameters = said(job, "data.actionConfiguration.configuration.UserParameters")
        asked = parse(parameters or "{}", "UserParameters", RequestInvalid)
        if not isinstance(asked, dict):
            raise RequestInvalid('UserParameters: must be an object such as {"service": "shop"}')
        place = "data.continuationToken"
        began = None if at(job, place) is None else text(job, place, NAME)
        return cls(job_id(event), asked, _artifact(job), began)


def job_id(event: Any) -> str:
    """Which job it is; raises EventInvalid."""
    return text(_job(event), "id", JOB_ID)


def _job(event: Any) -> Any:
    """Its name has a dot, which a path cannot."""
    return event.get("CodePipeline.job") if isinstance(event, dict) else None


def _artifact(job: Any) -> Artifact | None:
    """The first input artifact; None when the action has none."""
    inputs = at(job, "data.inputArtifacts")
    if not inputs:
        return None
    if not isinstance(inputs, list):
        raise EventInvalid("event.data.inputArtifacts: must be a list")
    place, secret = "location.s3Location", "data.artifactCredentials"
    return Artifact(
        text(inputs[0], f"{place}.bucketName"),
        text(inputs[0], f"{place}.objectKey"),
        (
            text(job, f"{secret}.accessKeyId"),
            text(job, f"{secret}.secretAccessKey"),
            text(job, f"{secret}.sessionToken"),
        ),
    )
