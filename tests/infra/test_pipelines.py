"""The example's pipeline: what its last action asks for, and what follows when it is stopped."""

import json
import re
from typing import Any

from tests.infra.template import Assembly

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
