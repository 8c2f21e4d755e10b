"""Actions of a CodePipeline that deploy a release and wait for its end.

The pipeline's stack takes the `Automation` of its own app; no pipeline changes the automation.
"""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from viridian_cdk.automation import Automation
from viridian_cdk.event_functions import MAX_EVENT_AGE


def deploy_action(
    scope: Construct,
    id: str,
    *,
    automation: Automation,
    request: Mapping[str, Any],
    release: codepipeline.Artifact | None = None,
    variables_namespace: str | None = None,
) -> actions.LambdaInvokeAction:
    """Have the automation's function deploy; the action is named by the id.

    `request` is as the deployment machine takes it; without a version the artifact `release` is
    the release: a zip of what runs with `release.json` at its root. A release whose deployment an
    upload began is joined. Its variables are `outcome`, `version`
    and `report`, the key of its page in the artifact bucket.
    """
    return actions.LambdaInvokeAction(
        action_name=id,
        lambda_=lambda_.Function.from_function_attributes(
            scope,
            f"{id}Function",
            function_arn=automation.pipeline_job_arn,
            # an artifact is read with the credentials of its job: the function gets no right here
            role=automation.pipeline_job_role.without_policy_updates(),
            same_environment=True,
        ),
        inputs=[release] if release else None,
        user_parameters=dict(request),
        variables_namespace=variables_namespace,
    )


def execution_action(
    scope: Construct,
    id: str,
    *,
    automation: Automation,
    request: Mapping[str, Any],
    output: codepipeline.Artifact | None = None,
    variables_namespace: str | None = None,
) -> actions.StepFunctionInvokeAction:
    """Have CodePipeline itself start the deployment machine; the action is named by the id.

    `request` names a service and a version that lies in the artifact bucket. The deployment's id is
    `<service>-<action execution id>`. Its variables are the machine's and the execution's ARN; what
    the deployment tells at its end is `output.json` of the artifact `output`.
    """
    return actions.StepFunctionInvokeAction(
        action_name=id,
        state_machine=sfn.StateMachine.from_state_machine_arn(
            scope, f"{id}Machine", automation.state_machine_arn
        ),
        execution_name_prefix=str(request["service"]),
        state_machine_input=actions.StateMachineInput.literal(dict(request)),
        output=output,
        variables_namespace=variables_namespace,
    )


def approve_by_action(
    pipeline: codepipeline.IPipeline,
    action: str,
    *,
    automation: Automation,
    service: str,
    key: str,
) -> None:
    """Have a manual approval action of the pipeline answer what the service's deployment asks.

    The action stands beside the `deploy_action`, in its stage and under its run order, so that both
    are open at once; `key` is that of the approval. It answers for whichever deployment of the
    service asks that at the time: let no other way deploy what asks under this key. The approving
    function's own policy names both rules, and has room for some thirty pipelines.
    """
    scope = Construct(pipeline, f"{action}Answered")
    approve = lambda_.Function.from_function_attributes(
        scope, "Function", function_arn=automation.approve_arn, same_environment=True
    )
    run = events.EventField.from_path("$.detail.execution-id")
    for answer, state in (("approve", "SUCCEEDED"), ("reject", "FAILED")):
        said = {
            "answer": answer,
            "service": service,
            "key": key,
            "by": "CodePipeline",
            "reason": f"{action} of its execution {run}",
        }
        events.Rule(
            scope,
            answer.capitalize(),
            description=f"Somebody answered for {service} in its pipeline: {answer}.",
            event_pattern=_came_to(pipeline, action, state),
            targets=[_told(approve, said)],
        )


def abort_when_stopped(
    pipeline: codepipeline.IPipeline, action: str, *, automation: Automation, service: str
) -> None:
    """Have the deployment aborted when the pipeline is stopped, and its `deploy_action` abandoned.

    Unless it is asked for, a deployment goes on without its pipeline. The control function's own
    policy names the rule, and has room for some sixty pipelines.
    """
    scope = Construct(pipeline, f"{action}Stopped")
    control = lambda_.Function.from_function_attributes(
        scope, "Control", function_arn=automation.control_arn, same_environment=True
    )
    run = events.EventField.from_path("$.detail.execution-id")
    asked = {
        "action": "abort",
        "service": service,
        "deployment_id": events.EventField.from_path(
            "$.detail.execution-result.external-execution-id"
        ),
        "by": "CodePipeline",
        "reason": f"its execution {run} was stopped",
    }
    events.Rule(
        scope,
        "Rule",
        description=f"A deployment of {service} lost its pipeline.",
        event_pattern=_came_to(pipeline, action, "ABANDONED"),
        targets=[_told(control, asked)],
    )


def _came_to(pipeline: codepipeline.IPipeline, action: str, state: str) -> events.EventPattern:
    """The pipeline's action came to this state."""
    return events.EventPattern(
        source=["aws.codepipeline"],
        detail_type=["CodePipeline Action Execution State Change"],
        detail={"pipeline": [pipeline.pipeline_name], "action": [action], "state": [state]},
    )


def _told(function: lambda_.IFunction, document: Mapping[str, Any]) -> targets.LambdaFunction:
    """The function, handed this document for an hour at most."""
    return targets.LambdaFunction(
        function,
        event=events.RuleTargetInput.from_object(dict(document)),
        max_event_age=MAX_EVENT_AGE,
    )
