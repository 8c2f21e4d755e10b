"""The example's pipeline: source, build, deploy.

Its source is a bucket, so that it needs nobody's Git host: put a connection's action in its place.
The build checks that the code compiles; what it hands on is the release, `release.json` and all.
"""

from typing import Any

from aws_cdk import ArnFormat, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from viridian_cdk.acknowledgements import acknowledge, acknowledge_wildcards
from viridian_cdk.automation import Automation
from viridian_cdk.pipelines import abort_when_stopped, deploy_action
from viridian_cdk.storage import send_events

SOURCE_KEY = "source.zip"
BUILD = {
    "version": "0.2",
    "phases": {"build": {"commands": ["python3 -m compileall -q ."]}},
    "artifacts": {"files": ["**/*"]},
}
GRANTED = (
    "kms:GenerateDataKey",
    "kms:ReEncrypt",
    "s3:Abort",
    "s3:DeleteObject",
    "s3:GetBucket",
    "s3:GetObject",
    "s3:List",
)


class ShopPipeline(Stack):
    """Upload `source.zip`, and what is in it is built and deployed."""

    def __init__(
        self, scope: Construct, id: str, *, automation: Automation, service: str, **stack: Any
    ) -> None:
        super().__init__(scope, id, **stack)
        self.add_stack_dependency(automation)
        key = kms.Key(self, "Key", enable_key_rotation=True, removal_policy=RemovalPolicy.DESTROY)
        sources = self._bucket("Sources", key)
        source, release = codepipeline.Artifact("Source"), codepipeline.Artifact("Release")
        project = codebuild.PipelineProject(
            self, "Build", build_spec=codebuild.BuildSpec.from_object(BUILD), encryption_key=key
        )
        artifacts = self._bucket("Artifacts", key)
        pipeline = codepipeline.Pipeline(
            self,
            "Pipeline",
            pipeline_type=codepipeline.PipelineType.V2,
            artifact_bucket=artifacts,
        )
        pipeline.add_stage(
            stage_name="Source",
            actions=[
                actions.S3SourceAction(
                    action_name="Source",
                    bucket=sources,
                    bucket_key=SOURCE_KEY,
                    output=source,
                    trigger=actions.S3Trigger.NONE,  # the rule below needs no trail
                )
            ],
        )
        pipeline.add_stage(
            stage_name="Build",
            actions=[
                actions.CodeBuildAction(
                    action_name="Build", project=project, input=source, outputs=[release]
                )
            ],
        )
        pipeline.add_stage(
            stage_name="Deploy",
            actions=[
                deploy_action(
                    self,
                    "Deploy",
                    automation=automation,
                    request={"service": service},
                    release=release,
                )
            ],
        )
        self._start_on_upload(sources, pipeline)
        abort_when_stopped(pipeline, "Deploy", automation=automation, service=service)
        _acknowledge(project, pipeline, artifacts, automation)
        CfnOutput(self, "PipelineName", value=pipeline.pipeline_name)
        CfnOutput(self, "SourceBucketName", value=sources.bucket_name)

    def _bucket(self, id: str, key: kms.IKey) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            id,
            versioned=True,  # an S3 source needs it
            encryption_key=key,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        acknowledge(bucket, {"AwsSolutions-S1": "An example: who reads it is in CloudTrail."})
        return bucket

    def _start_on_upload(self, sources: s3.Bucket, pipeline: codepipeline.Pipeline) -> None:
        send_events(sources)
        events.Rule(
            self,
            "SourceUploaded",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [sources.bucket_name]},
                    "object": {"key": [SOURCE_KEY]},
                },
            ),
            targets=[targets.CodePipeline(pipeline)],
        )


def _acknowledge(
    project: codebuild.PipelineProject,
    pipeline: codepipeline.Pipeline,
    artifacts: s3.IBucket,
    automation: Automation,
) -> None:
    """What the CDK itself grants to a pipeline and its actions."""
    stack = Stack.of(project)
    for construct in (project, pipeline):
        acknowledge(
            construct,
            {
                f"AwsSolutions-IAM5[Action::{action}*]": "The CDK grants it by family, on one "
                "bucket or key."
                for action in GRANTED
            },
        )
        acknowledge_wildcards(
            construct, [artifacts.arn_for_objects("*")], "What each run hands on has its own key."
        )
    logs = stack.format_arn(
        service="logs",
        resource="log-group",
        resource_name=f"/aws/codebuild/{project.project_name}:*",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    reports = stack.format_arn(
        service="codebuild", resource="report-group", resource_name=f"{project.project_name}-*"
    )
    acknowledge_wildcards(project, [logs, reports], "A build's own streams and reports.")
    acknowledge_wildcards(
        pipeline,
        ["*", f"{automation.pipeline_job_arn}:*"],
        "An action with a function may list functions, and call any version of its own.",
    )
