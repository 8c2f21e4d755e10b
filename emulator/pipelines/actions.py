"""What actions do, by their providers: S3, CodeBuild, Lambda, StepFunctions and Manual.

The clock runs ten times as fast as CodePipeline's: its minute is `MINUTE_SECONDS`. A function has
20 of its minutes to answer a job, and an action that goes on and on a day.
"""

import io
import json
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any, Protocol

import yaml
from botocore.exceptions import ClientError

from emulator.pipelines.jobs import Job, Jobs
from emulator.pipelines.run import ActionFailed, ActionRun, PipelineRun

Record = dict[str, Any]

MINUTE_SECONDS = 6.0
JOB_MINUTES, DAY_MINUTES = 20, 24 * 60
APPROVAL_MINUTES = 7 * DAY_MINUTES
CALLED_AGAIN_MINUTES = 0.5
"""After an answer with a continuation token; AWS does not say how soon."""
LOOK_SECONDS = 0.25
NO_ANSWER = (
    "The AWS Lambda function {} failed to return a result. Check the function to verify that it "
    "has permission to call the PutJobSuccessResult action and that it made a call to "
    "PutJobSuccessResult."
)


class Account(Protocol):
    """The rest of AWS, as a role may reach it."""

    id: str

    def client(self, service: str, role_arn: str) -> Any: ...
    def credentials(self, role_arn: str) -> Record: ...
    def build(self, project: str) -> tuple[str, str]: ...


@dataclass
class Actions:
    """Does an action of a run; raises ActionFailed. `minute` is the clock's, in seconds."""

    account: Account
    jobs: Jobs = field(default_factory=Jobs)
    minute: float = MINUTE_SECONDS

    def __call__(self, run: PipelineRun, running: ActionRun) -> None:
        provider = running.action.provider
        if (do := PROVIDERS.get(provider)) is None:
            raise ActionFailed("ConfigurationError", f"the emulator has no actions of {provider}")
        try:
            do(self, run, running)
        except ClientError as error:
            raise ActionFailed("ConfigurationError", str(error)) from error

    def take_source(self, run: PipelineRun, running: ActionRun) -> None:
        """The object as it is now."""
        told = running.action.configuration
        storage = self.account.client("s3", running.action.role_arn)
        found = storage.get_object(Bucket=told["S3Bucket"], Key=told["S3ObjectKey"])
        running.variables["VersionId"] = found.get("VersionId", "")
        self._hand_on(run, running, running.action.role_arn, found["Body"].read())

    def build(self, run: PipelineRun, running: ActionRun) -> None:
        """The build's commands, in the unpacked source; all files of its folder are handed on.

        The project's own role reads and writes, not the action's.
        """
        role_arn, written = self.account.build(running.action.configuration["ProjectName"])
        spec = yaml.safe_load(written)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            with zipfile.ZipFile(io.BytesIO(self._handed(run, running, role_arn))) as source:
                source.extractall(folder)
            for phase in spec.get("phases", {}).values():
                for command in phase.get("commands", ()):
                    done = subprocess.run(
                        ["/bin/sh", "-c", command], cwd=folder, capture_output=True, text=True
                    )
                    if done.returncode:
                        said = (done.stderr or done.stdout)[-500:]
                        raise ActionFailed("JobFailed", f"Error while executing {command}: {said}")
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                for file in sorted(path for path in folder.rglob("*") if path.is_file()):
                    archive.write(file, file.relative_to(folder))
        self._hand_on(run, running, role_arn, packed.getvalue())

    def invoke_function(self, run: PipelineRun, running: ActionRun) -> None:
        """Call the function, again and again while it answers with a continuation token."""
        function = running.action.configuration["FunctionName"]
        ends, token = time.monotonic() + DAY_MINUTES * self.minute, None
        while time.monotonic() < ends:
            job = self.jobs.open()
            self.account.client("lambda", running.action.role_arn).invoke(
                FunctionName=function,
                InvocationType="Event",
                Payload=json.dumps(self._event(run, running, job, token)),
            )
            minutes = min(JOB_MINUTES, (ends - time.monotonic()) / self.minute)
            answer = self._answer(run, job, minutes)
            if answer is None:
                raise ActionFailed("JobFailed", NO_ANSWER.format(function))
            if (failed := answer.get("failureDetails")) is not None:
                raise ActionFailed(
                    failed["type"], failed["message"], failed.get("externalExecutionId")
                )
            told = answer.get("executionDetails", {})
            running.told(told.get("summary"), told.get("externalExecutionId"))
            if (token := answer.get("continuationToken")) is None:
                running.variables |= answer.get("outputVariables", {})
                return
            run.stopped.wait(CALLED_AGAIN_MINUTES * self.minute)
        raise ActionFailed("JobFailed", f"The action {running.action.name} has gone on for a day")

    def start_execution(self, run: PipelineRun, running: ActionRun) -> None:
        """Start an execution of a state machine and wait for its end."""
        told, states = running.action.configuration, self._states(running)
        name = "-".join(filter(None, (told.get("ExecutionNamePrefix"), running.id)))
        arn = states.start_execution(
            stateMachineArn=told["StateMachineArn"], name=name, input=told.get("Input", "{}")
        )["executionArn"]
        running.variables |= {"ExecutionArn": arn, "StateMachineArn": told["StateMachineArn"]}
        running.told(None, arn)
        while (found := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
            if run.stopped.wait(LOOK_SECONDS):
                return
        if found["status"] != "SUCCEEDED":
            said = ": ".join(filter(None, (found.get("error"), found.get("cause"))))
            raise ActionFailed("JobFailed", f"{found['status']}: {said}", arn)
        if running.action.outputs:
            told_at_end = _zipped("output.json", found.get("output", "{}"))
            self._hand_on(run, running, running.action.role_arn, told_at_end)

    def ask_people(self, run: PipelineRun, running: ActionRun) -> None:
        """Wait until somebody approves or rejects, under the token that GetPipelineState tells."""
        job = self.jobs.open()
        running.token = job.id
        answer = self._answer(run, job, APPROVAL_MINUTES)
        running.token = None
        if answer is None:
            raise ActionFailed("JobFailed", "The approval action has timed out")
        if answer["result"]["status"] != "Approved":
            raise ActionFailed("JobFailed", f"Approval denied: {answer['result']['summary']}")
        running.told(answer["result"]["summary"], None)

    def _states(self, running: ActionRun) -> Any:
        return self.account.client("stepfunctions", running.action.role_arn)

    def _answer(self, run: PipelineRun, job: Job, minutes: float) -> Record | None:
        """None when it did not come in time, or is waited for no more."""
        until = time.monotonic() + minutes * self.minute
        while not run.stopped.is_set() and (left := until - time.monotonic()) > 0:
            try:
                return job.answers.get(timeout=min(left, LOOK_SECONDS))
            except Empty:
                continue
        return self.jobs.close(job)

    def _event(self, run: PipelineRun, running: ActionRun, job: Job, token: str | None) -> Record:
        data: Record = {
            "actionConfiguration": {"configuration": dict(running.action.configuration)},
            "inputArtifacts": [
                {"name": name, "revision": None, "location": _location(run, name)}
                for name in running.action.inputs
            ],
            "outputArtifacts": [],
            "artifactCredentials": self.account.credentials(run.pipeline.role_arn),
        }
        if token is not None:
            data["continuationToken"] = token
        return {"CodePipeline.job": {"id": job.id, "accountId": self.account.id, "data": data}}

    def _handed(self, run: PipelineRun, running: ActionRun, role_arn: str) -> bytes:
        storage = self.account.client("s3", role_arn)
        key = run.artifacts[running.action.inputs[0]]
        content: bytes = storage.get_object(Bucket=run.pipeline.bucket, Key=key)["Body"].read()
        return content

    def _hand_on(self, run: PipelineRun, running: ActionRun, role_arn: str, content: bytes) -> None:
        [name] = running.action.outputs
        key = f"{run.pipeline.name[:20]}/{name[:10]}/{running.id[:7]}.zip"
        storage = self.account.client("s3", role_arn)
        storage.put_object(Bucket=run.pipeline.bucket, Key=key, Body=content)
        run.artifacts[name] = key


PROVIDERS: dict[str, Callable[[Actions, PipelineRun, ActionRun], None]] = {
    "S3": Actions.take_source,
    "CodeBuild": Actions.build,
    "Lambda": Actions.invoke_function,
    "StepFunctions": Actions.start_execution,
    "Manual": Actions.ask_people,
}


def _location(run: PipelineRun, artifact: str) -> Record:
    place = {"bucketName": run.pipeline.bucket, "objectKey": run.artifacts[artifact]}
    return {"type": "S3", "s3Location": place}


def _zipped(name: str, content: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()
