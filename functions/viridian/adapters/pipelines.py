"""CodePipeline: the jobs of actions that invoke a function, and the artifacts they are given."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Any

from boto3.session import Session
from botocore.exceptions import ClientError

from viridian.adapters.clients import client
from viridian.core.errors import ArtifactMissing
from viridian.core.pipeline import Artifact

CHUNK_BYTES = 1024 * 1024
LONGEST_TOLD = 2_048
"""Characters that CodePipeline takes of a summary; a failure has room for more."""


@dataclass(frozen=True)
class Pipelines:
    """Answers jobs. Of one that nobody waits for any more, False: it was answered before, or its
    pipeline was stopped.
    """

    codepipeline: Any

    @classmethod
    def from_session(cls, session: Session | None = None) -> "Pipelines":
        """Pipelines, with a client of their own."""
        return cls(client("codepipeline", session))

    def go_on(self, job_id: str, deployment_id: str, summary: str) -> bool:
        """Ask to be called again for the same action, with the deployment's id."""
        return self._answer(
            self.codepipeline.put_job_success_result,
            jobId=job_id,
            continuationToken=deployment_id,
            executionDetails=_details(deployment_id, summary=summary),
        )

    def succeed(self, job_id: str, deployment_id: str, summary: str, **variables: str) -> bool:
        """End the action well; what follows in the pipeline can use the variables."""
        return self._answer(
            self.codepipeline.put_job_success_result,
            jobId=job_id,
            executionDetails=_details(deployment_id, summary=summary),
            outputVariables=variables,
        )

    def fail(self, job_id: str, kind: str, message: str, deployment_id: str = "none") -> bool:
        """End the action badly: `kind` is a FailureType of CodePipeline's model."""
        return self._answer(
            self.codepipeline.put_job_failure_result,
            jobId=job_id,
            failureDetails={"type": kind, **_details(deployment_id, message=message)},
        )

    def _answer(self, send: Any, **answer: Any) -> bool:
        gone = self.codepipeline.exceptions
        try:
            send(**answer)
        except (gone.InvalidJobStateException, gone.JobNotFoundException):
            return False
        return True

    @contextmanager
    def opened(self, artifact: Artifact) -> Iterator[BufferedIOBase]:
        """The artifact's bytes, read with the job's own credentials into a file that is then gone.

        Raises ArtifactMissing where S3 or KMS lets nobody read it.
        """
        key, secret, token = artifact.credentials
        s3 = client("s3", Session(key, secret, token))
        with tempfile.TemporaryFile() as file:
            try:
                body = s3.get_object(Bucket=artifact.bucket, Key=artifact.key)["Body"]
            except ClientError as error:
                code = error.response["Error"]["Code"]
                where = f"s3://{artifact.bucket}/{artifact.key}"
                raise ArtifactMissing(
                    f"{where}: {code}; see that the pipeline's artifact "
                    "bucket and its key let CodePipeline read it"
                ) from error
            for chunk in body.iter_chunks(CHUNK_BYTES):
                file.write(chunk)
            file.seek(0)
            yield file


def _details(deployment_id: str, **told: str) -> dict[str, str]:
    """Which deployment, and what is told of it as far as there is room."""
    cut = {name: words[:LONGEST_TOLD] for name, words in told.items()}
    return {**cut, "externalExecutionId": deployment_id}
