"""Pipelines: what is handed on, jobs and their clock, and what ends an execution."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import pytest

from emulator.pipelines.actions import Actions
from emulator.pipelines.jobs import JobAnswered, JobNotFound
from emulator.pipelines.run import ActionRun, PipelineRun
from emulator.pipelines.structure import Pipeline
from tests.emulator.rig import eventually

Record = dict[str, Any]
Answer = Callable[[Actions, Record], None]

CREDENTIALS = {"accessKeyId": "A", "secretAccessKey": "B", "sessionToken": "C"}
Declared = tuple[str, str, Record, list[str], list[str]]
TAKEN = {"S3Bucket": "sources", "S3ObjectKey": "source.zip"}
SOURCE: Declared = ("Source", "S3", TAKEN, [], ["Source"])
BUILD: Declared = ("Build", "CodeBuild", {"ProjectName": "builds"}, ["Source"], ["Release"])
DEPLOY: Declared = ("Deploy", "Lambda", {"FunctionName": "deploys"}, ["Release"], [])
BUILDS = "phases: {build: {commands: [cat app.py > built.txt]}}"


@dataclass
class Cloud:
    """The account: a bucket, a function that answers a job as it is told, a build."""

    answer: Answer = lambda _actions, _job: None
    commands: str = BUILDS
    id: str = "123456789012"
    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    jobs: list[Record] = field(default_factory=list)
    actions: Actions = field(init=False)

    def client(self, _service: str, _role_arn: str) -> "Cloud":
        return self

    def credentials(self, role_arn: str) -> Record:
        assert role_arn == "of-the-pipeline"
        return CREDENTIALS

    def build(self, project: str) -> tuple[str, str]:
        assert project == "builds"
        return "of-the-build", self.commands

    def get_object(self, **named: str) -> Record:
        content = self.objects[named["Bucket"], named["Key"]]
        return {"Body": io.BytesIO(content), "VersionId": "v1"}

    def put_object(self, **named: Any) -> None:
        self.objects[named["Bucket"], named["Key"]] = named["Body"]

    def invoke(self, **asked: Any) -> None:
        """As Lambda does for an event: later, and whatever comes of it."""
        job = json.loads(asked["Payload"])["CodePipeline.job"]
        self.jobs.append(job)
        Thread(target=self.answer, args=(self.actions, job), daemon=True).start()


def pipeline(*actions: Declared) -> Pipeline:
    def stage(name: str, provider: str, told: Record, inputs: Any, outputs: Any) -> Record:
        action = {
            "Name": name,
            "ActionTypeId": {"Provider": provider, "Category": "any"},
            "Configuration": told,
            "InputArtifacts": [{"Name": artifact} for artifact in inputs],
            "OutputArtifacts": [{"Name": artifact} for artifact in outputs],
        }
        return {"Name": name, "Actions": [action]}

    stages = [stage(*action) for action in actions]
    store = {"Location": "artifacts"}
    return Pipeline.of(
        "shop", {"RoleArn": "of-the-pipeline", "ArtifactStore": store, "Stages": stages}
    )


def started(cloud: Cloud, *actions: Any, minute: float = 0.001) -> PipelineRun:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "print()")
    cloud.objects["sources", "source.zip"] = packed.getvalue()
    cloud.actions = Actions(cloud, minute=minute)
    run = PipelineRun(pipeline(*actions), cloud.actions, lambda _run, _action: None)
    run.start()
    return run


def played(cloud: Cloud, *actions: Any, minute: float = 0.001) -> PipelineRun:
    run = started(cloud, *actions, minute=minute)
    run.join(20)
    assert not run.is_alive()
    return run


def states(run: PipelineRun) -> list[tuple[str, str]]:
    return [(running.action.name, running.status) for running in run.actions]


def succeed(actions: Actions, job: Record, **told: Any) -> None:
    actions.jobs.answer({"jobId": job["id"], **told})


def test_the_source_is_built_and_what_was_built_is_the_job_s_artifact() -> None:
    cloud = Cloud(answer=succeed)

    run = played(cloud, SOURCE, BUILD, DEPLOY, minute=1)

    assert (run.status, states(run)) == (
        "Succeeded",
        [("Source", "Succeeded"), ("Build", "Succeeded"), ("Deploy", "Succeeded")],
    )
    [job] = cloud.jobs
    assert job["data"]["artifactCredentials"] == CREDENTIALS
    place = job["data"]["inputArtifacts"][0]["location"]["s3Location"]
    with zipfile.ZipFile(
        io.BytesIO(cloud.objects[place["bucketName"], place["objectKey"]])
    ) as built:
        assert built.namelist() == ["app.py", "built.txt"]


def test_a_build_that_fails_ends_the_execution_with_what_it_said() -> None:
    run = played(
        Cloud(commands="phases: {build: {commands: [echo no >&2; exit 3]}}"), SOURCE, BUILD
    )

    assert (run.status, states(run)[-1]) == ("Failed", ("Build", "Failed"))
    assert "no" in run.actions[-1].result["errorDetails"]["message"]


def test_a_function_is_called_again_with_its_token_until_it_gives_none() -> None:
    def answer(actions: Actions, job: Record) -> None:
        if job["data"].get("continuationToken") == "token":
            succeed(actions, job, outputVariables={"outcome": "promoted"})
        else:
            details = {"summary": "runs", "externalExecutionId": "one"}
            succeed(actions, job, continuationToken="token", executionDetails=details)

    cloud = Cloud(answer=answer)
    [deploy] = played(cloud, (*DEPLOY[:3], [], []), minute=0.1).actions

    assert (deploy.status, deploy.variables) == ("Succeeded", {"outcome": "promoted"})
    assert deploy.result["externalExecutionId"] == "one"
    assert len({job["id"] for job in cloud.jobs}) == 2


def test_a_failure_is_told_as_the_function_says_it() -> None:
    def answer(actions: Actions, job: Record) -> None:
        told = {"type": "JobFailed", "message": "an alarm", "externalExecutionId": "one"}
        actions.jobs.answer({"jobId": job["id"], "failureDetails": told})

    run = played(Cloud(answer=answer), (*DEPLOY[:3], [], []), SOURCE, minute=1)

    assert states(run) == [("Deploy", "Failed")]
    result = run.actions[0].result
    assert result["errorDetails"] == {"code": "JobFailed", "message": "an alarm"}
    assert result["externalExecutionId"] == "one"


def test_a_function_that_does_not_answer_in_20_minutes_fails_and_is_heard_no_more() -> None:
    cloud = Cloud()
    run = played(cloud, (*DEPLOY[:3], [], []))

    assert "failed to return a result" in run.actions[0].result["errorDetails"]["message"]
    with pytest.raises(JobAnswered):
        succeed(cloud.actions, cloud.jobs[0])


def test_tokens_do_not_carry_an_action_past_a_day() -> None:
    def answer(actions: Actions, job: Record) -> None:
        succeed(actions, job, continuationToken="token")

    run = played(Cloud(answer=answer), (*DEPLOY[:3], [], []), minute=0.0005)

    assert states(run) == [("Deploy", "Failed")]


def test_a_job_is_answered_once() -> None:
    cloud = Cloud(answer=succeed)
    played(cloud, (*DEPLOY[:3], [], []), minute=1)

    with pytest.raises(JobAnswered):
        succeed(cloud.actions, cloud.jobs[0])
    with pytest.raises(JobNotFound):
        succeed(cloud.actions, {"id": "another"})


def test_what_is_in_progress_is_abandoned_when_the_execution_is_stopped() -> None:
    told: list[ActionRun] = []
    cloud = Cloud(answer=lambda _actions, _job: run.abandon())
    cloud.actions = Actions(cloud, minute=1)
    run = PipelineRun(
        pipeline((*DEPLOY[:3], [], [])),
        cloud.actions,
        lambda _run, running: told.append(running) if running else None,
    )
    run.start()
    run.join(20)

    assert (run.status, states(run)) == ("Stopped", [("Deploy", "Abandoned")])
    assert told[-1].status == "Abandoned"


def test_an_action_that_the_emulator_has_not_fails() -> None:
    run = played(Cloud(), ("Approve", "Jenkins", {}, [], []))

    assert (run.status, states(run)) == ("Failed", [("Approve", "Failed")])
    assert run.actions[0].result["errorDetails"]["message"].endswith("no actions of Jenkins")


@pytest.mark.parametrize(
    ("status", "ended", "said"),
    [("Approved", "Succeeded", None), ("Rejected", "Failed", "Approval denied: not today")],
)
def test_people_approve_or_reject_under_the_token_of_the_action(
    status: str, ended: str, said: str | None
) -> None:
    cloud = Cloud()
    run = started(cloud, SOURCE, ("Board", "Manual", {}, [], []), minute=1)
    token = eventually(lambda: run.actions[-1].token if len(run.actions) > 1 else None, bool)

    cloud.actions.jobs.answer(
        {"jobId": token, "result": {"status": status, "summary": "not today"}}
    )
    run.join(20)

    assert states(run)[-1] == ("Board", ended)
    assert run.actions[-1].result.get("errorDetails", {}).get("message") == said
    with pytest.raises(JobAnswered):
        cloud.actions.jobs.answer({"jobId": token, "result": {"status": "Approved"}})


def test_an_approval_that_nobody_gives_in_a_week_fails() -> None:
    run = played(Cloud(), SOURCE, ("Board", "Manual", {}, [], []), minute=0.00001)

    assert states(run)[-1] == ("Board", "Failed")
    assert "timed out" in run.actions[-1].result["errorDetails"]["message"]
