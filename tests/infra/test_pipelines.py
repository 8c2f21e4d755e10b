"""The example's pipeline: what its last action asks for, and what follows when it is stopped."""

import json
import re
from typing import Any

from aws_cdk import App, Stack, assertions
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from tests.infra.template import Assembly
from viridian_cdk.automation import Automation
from viridian_cdk.pipelines import approve_by_action

ABORT = {
    "action": "abort",
    "service": "shop",
    "deployment_id": "<detail-execution-result-external-execution-id>",
    "by": "CodePipeline",
    "reason": "its execution <detail-execution-id> was stopped",
}


def deploy_of(assembly: Assembly) -> dict[str, Any]:
    [pipeline] = assembly.pipeline.properties("CodePipeline::Pipeline").values()
    [action] = pipeline["Stages"][-1]["Actions"]
    found: dict[str, Any] = action
    return found


def test_the_last_action_calls_the_automation_s_function_with_the_release(
    assembly: Assembly,
) -> None:
    action = deploy_of(assembly)

    function = assembly.spell(action["Configuration"]["FunctionName"])
    assert function == "<PipelinesPipelineJobFunction.Arn>'s name"
    assert json.loads(action["Configuration"]["UserParameters"]) == {"service": "shop"}
    assert action["InputArtifacts"] == [{"Name": "Release"}]


def test_the_pipeline_s_own_roles_alone_are_given_rights_in_its_stack(assembly: Assembly) -> None:
    roles = {
        assembly.spell(role)
        for policy in assembly.pipeline.properties("IAM::Policy").values()
        for role in policy["Roles"]
    }

    assert roles
    assert roles <= {f"<{name}>" for name in assembly.pipeline.of_type("IAM::Role")}


def test_an_abandoned_action_s_deployment_is_aborted_by_its_id(assembly: Assembly) -> None:
    rules = assembly.pipeline.properties("Events::Rule")
    [rule] = [r for r in rules.values() if r["EventPattern"]["source"] == ["aws.codepipeline"]]
    [permission] = assembly.pipeline.properties("Lambda::Permission").values()

    detail = rule["EventPattern"]["detail"]
    assert detail["state"] == ["ABANDONED"]
    assert assembly.spell(detail["pipeline"][0]) == "<Pipeline>"
    [target] = rule["Targets"]
    assert "ControlFunction.Arn" in assembly.spell(target["Arn"])
    asked = re.sub(r":(<[^>]+>)", r':"\1"', target["InputTransformer"]["InputTemplate"])
    assert json.loads(asked) == ABORT
    assert "Rule" in assembly.spell(permission["SourceArn"])


def test_a_manual_approval_of_a_pipeline_answers_for_the_deployment() -> None:
    app = App(analytics_reporting=False)
    automation = Automation(app, "Viridian", code=lambda_.Code.from_inline("pass"))
    stack = Stack(app, "Pipeline")
    source = codepipeline.Artifact()
    bucket = s3.Bucket.from_bucket_name(stack, "Sources", "sources")
    take = actions.S3SourceAction(
        action_name="Take", bucket=bucket, bucket_key="source.zip", output=source
    )
    pipeline = codepipeline.Pipeline(stack, "Orders", artifact_bucket=bucket)
    pipeline.add_stage(stage_name="Source", actions=[take])
    board = actions.ManualApprovalAction(action_name="Board")
    pipeline.add_stage(stage_name="Deploy", actions=[board])

    approve_by_action(pipeline, "Board", automation=automation, service="shop", key="go")

    template = assertions.Template.from_stack(stack).to_json()["Resources"].values()
    rules = [r["Properties"] for r in template if "answered" in str(r.get("Properties"))]
    told = {}
    for rule in rules:
        detail = rule["EventPattern"]["detail"]
        assert detail["action"] == ["Board"]
        assert detail["pipeline"][0]["Ref"].startswith("Orders")
        asked = rule["Targets"][0]["InputTransformer"]["InputTemplate"]
        told[detail["state"][0]] = json.loads(re.sub(r"<([^>]+)>", r"\1", asked))
    said = {"service": "shop", "key": "go", "by": "CodePipeline"}
    reason = {"reason": "Board of its execution detail-execution-id"}
    assert told == {
        "SUCCEEDED": {"answer": "approve", **said, **reason},
        "FAILED": {"answer": "reject", **said, **reason},
    }
    permissions = [r for r in template if r["Type"] == "AWS::Lambda::Permission"]
    assert len(permissions) == 2
