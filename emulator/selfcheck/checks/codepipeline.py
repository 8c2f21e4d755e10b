"""CodePipeline: a stack makes a pipeline, people and rules start it, a job is answered once."""

import json
from uuid import uuid4

from emulator import environment
from emulator.selfcheck import stacks
from emulator.selfcheck.asking import eventually, expect, refusal_of
from emulator.selfcheck.subject import NAME, ROLE, Check, Subject

ARN = f"arn:aws:codepipeline:{environment.REGION}:{environment.ACCOUNT}:{NAME}"


def jobs_that_never_were_are_unknown(subject: Subject) -> None:
    pipelines = subject.client("codepipeline")
    answered = refusal_of(pipelines.put_job_success_result, jobId=str(uuid4()))
    expect(answered, "JobNotFoundException")


def stacks_make_pipelines(subject: Subject) -> None:
    name = subject.once(_pipeline)
    pipelines = subject.client("codepipeline")
    run = pipelines.start_pipeline_execution(name=name)["pipelineExecutionId"]
    asked = {"pipelineName": name, "pipelineExecutionId": run}
    eventually(
        lambda: pipelines.get_pipeline_execution(**asked)["pipelineExecution"]["status"],
        lambda status: status == "Succeeded",
    )


def rules_start_pipelines(subject: Subject) -> None:
    name, events = subject.once(_pipeline), subject.client("events")
    before = len(_runs(subject, name))
    pattern = json.dumps({"source": [f"{NAME}-starts"]})
    events.put_rule(Name=f"{NAME}-starts", EventPattern=pattern)
    target = {"Id": "pipeline", "Arn": ARN, "RoleArn": ROLE}
    events.put_targets(Rule=f"{NAME}-starts", Targets=[target])
    events.put_events(Entries=[{"Source": f"{NAME}-starts", "DetailType": "any", "Detail": "{}"}])
    eventually(lambda: len(_runs(subject, name)) > before)


def _runs(subject: Subject, name: str) -> list[str]:
    found = subject.client("codepipeline").list_action_executions(pipelineName=name)
    return [action["pipelineExecutionId"] for action in found["actionExecutionDetails"]]


def _pipeline(subject: Subject) -> str:
    """Of nothing but a source, which is there."""
    storage = subject.client("s3")
    storage.create_bucket(Bucket=f"{NAME}-pipeline")
    storage.put_object(Bucket=f"{NAME}-pipeline", Key="source", Body=b"-")
    source = {
        "Name": "Source",
        "ActionTypeId": {"Category": "Source", "Owner": "AWS", "Provider": "S3", "Version": "1"},
        "Configuration": {"S3Bucket": f"{NAME}-pipeline", "S3ObjectKey": "source"},
        "OutputArtifacts": [{"Name": "Source"}],
    }
    properties = {
        "Name": NAME,
        "RoleArn": ROLE,
        "ArtifactStore": {"Type": "S3", "Location": f"{NAME}-pipeline"},
        "Stages": [{"Name": "Source", "Actions": [source]}],
    }
    pipeline = {"Type": "AWS::CodePipeline::Pipeline", "Properties": properties}
    stacks.create(subject, "pipeline", {"Pipeline": pipeline}, Pipeline={"Ref": "Pipeline"})
    expect(stacks.status_of(subject, "pipeline"), "CREATE_COMPLETE")
    return stacks.outputs_of(subject, "pipeline")["Pipeline"]


CHECKS: dict[Check, str] = {
    jobs_that_never_were_are_unknown: "codepipeline",
    stacks_make_pipelines: "codepipeline.templates",
    rules_start_pipelines: "codepipeline.starting",
}
