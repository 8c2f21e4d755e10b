"""Releases by the example's pipeline: their source is uploaded, then it builds and deploys them."""

import time
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.demo.record import Record
from rehearsal.demo.summary import PROMOTED, outcome_of
from rehearsal.ecs_services import RehearsalFailed
from rehearsal.session import Rehearsal
from viridian.core.release.packed import MANIFEST
from viridian.core.release.upload import Upload
from viridian_cli.deployment import Deployment
from viridian_cli.release import PackedRelease

SOURCE_KEY, DEPLOY = "source.zip", "Deploy"
LOOK_SECONDS, LONGEST_SECONDS = 0.25, 120.0


@dataclass
class PipelineWay:
    """The pipeline's name, and the bucket of its sources."""

    rehearsal: Rehearsal
    name: str
    sources: str

    def begin(self, release: PackedRelease) -> Deployment:
        """Upload the source; the deployment, once the pipeline has put the release in its place.

        Raises RehearsalFailed with what the pipeline says when it does not come so far.
        """
        bucket, key = self.rehearsal.outputs.artifact_bucket, f"{release.prefix}/{MANIFEST}"
        self._client("s3").put_object(Bucket=self.sources, Key=SOURCE_KEY, Body=release.content)
        deadline = time.monotonic() + LONGEST_SECONDS
        while (pin := self._pin(bucket, key)) is None:
            failed = [action for action in self._actions() if action["status"] == "Failed"]
            if failed or time.monotonic() > deadline:
                raise RehearsalFailed(f"{self.name}: {in_words(failed[0]) if failed else 'late'}")
            time.sleep(LOOK_SECONDS)
        return self.rehearsal.deployment(Upload.of(bucket, key, pin).deployment_id)

    def end(self) -> dict[str, Any]:
        """How the action that deploys has ended, as CodePipeline lists it."""
        deadline = time.monotonic() + LONGEST_SECONDS
        while (action := self._actions()[0])["status"] == "InProgress":
            if time.monotonic() > deadline:
                raise RehearsalFailed(f"{self.name}: {DEPLOY} goes on after its deployment's end")
            time.sleep(LOOK_SECONDS)
        return action

    def _actions(self) -> list[dict[str, Any]]:
        """Of the newest execution, the newest first."""
        answer = self._client("codepipeline").list_action_executions(pipelineName=self.name)
        found: list[dict[str, Any]] = answer["actionExecutionDetails"]
        newest = found[0]["pipelineExecutionId"] if found else ""
        return [action for action in found if action["pipelineExecutionId"] == newest]

    def _pin(self, bucket: str, key: str) -> str | None:
        try:
            return str(self._client("s3").head_object(Bucket=bucket, Key=key)["VersionId"])
        except ClientError:
            return None

    def _client(self, service: str) -> Any:
        return self.rehearsal.client(service)


def in_words(action: dict[str, Any]) -> str:
    """As `Deploy Failed: JobFailed: …`."""
    output = action["output"]
    error = output["executionResult"].get("errorDetails", {})
    told = output["outputVariables"] or error or output["executionResult"]
    return f"{action['actionName']} {action['status']}: {', '.join(map(str, told.values()))}"


def complaint(action: dict[str, Any], record: Record) -> str | None:
    """What the pipeline says otherwise than the deployment ended."""
    outcome, told = outcome_of(record), in_words(action)
    wanted = (
        [f"{DEPLOY} Succeeded", record.version]
        if outcome == PROMOTED
        else [f"{DEPLOY} Failed", str(record.ending.error), str(record.ending.cause)]
    )
    missing = [words for words in wanted if words not in told]
    return f"the pipeline says {told!r}, without {missing}" if missing else None
