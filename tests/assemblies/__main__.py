"""Synthesises apps in one process: `python -m tests.assemblies <folder> <name> ...`."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from aws_cdk import (
    App,
    CfnOutput,
    CfnParameter,
    SecretValue,
    Stack,
    Tags,
    aws_codepipeline,
    aws_codepipeline_actions,
    aws_ecr,
    aws_ecs,
    aws_events,
    aws_lambda,
    aws_s3,
    aws_ssm,
    aws_stepfunctions,
    aws_stepfunctions_tasks,
)
from constructs import Construct

from examples.shop import cdk_app, front, stack, tasks
from examples.shop.configuration import SERVICE_FILE
from examples.shop.stack import Shop
from tests.assemblies import (
    ASKED,
    BARE,
    BROKEN,
    CARELESS,
    COMMITTED,
    CONTROLLED,
    DEMONSTRATED,
    EDITED,
    EDITS,
    INTERNAL,
    MEASURED,
    PIPED,
    PORT,
    PROJECT,
    REFUSAL,
    REHEARSED,
    RENEWED,
    RESERVED,
    SCAN_KEY,
    SHARED,
)
from tests.infra.test_changes import CERTIFICATE
from viridian_cdk.automation import Automation
from viridian_cdk.fleets.ecs import EcsTasks
from viridian_cdk.hooks import Target
from viridian_cdk.pipelines import approve_by_action, execution_action
from viridian_cdk.routes import Entrance
from viridian_cdk.service import BlueGreenService
from viridian_cdk.service_events import ImagePushes
from viridian_cdk.service_file import read_service_file

CHECK = """
def handler(event, context):
    is_well = event["at"] != "after_restore"
    return {"verdict": "pass" if is_well else "fail", "reason": f"{event['hook']} was here"}
"""
SOAK = {
    "QueryLanguage": "JSONata",
    "StartAt": "Say",
    "States": {
        "Say": {
            "Type": "Pass",
            "Output": {
                "verdict": "{% $substring($states.input.version, 0, 1) = '9' ? 'fail' : 'pass' %}",
                "reason": "{% 'seen at ' & $states.input.candidate_percent & ' %' %}",
                "link": "https://tests.example/1",
            },
            "End": True,
        }
    },
}


def bare(app: App) -> None:
    """The automation by itself, with nothing said of it."""
    Automation(app, "Viridian", code=aws_lambda.Code.from_inline("pass"))


def shared(app: App) -> None:
    """The automation with three services more."""
    cdk_app.build(app)
    automation = app.node.find_child("Viridian")
    assert isinstance(automation, Automation)
    settings = read_service_file(SERVICE_FILE)
    for n in range(3):
        service = replace(settings, service=f"shop-{n}")
        Shop(app, f"Shop{n}", automation=automation, settings=service)


def careless(app: App) -> None:
    """With a bucket that everybody could read."""
    cdk_app.build(app)
    aws_s3.Bucket(Stack(app, "Careless"), "Open")


def pushed(app: App) -> None:
    """The shop, to which images are deployed as they are pushed; without a page of its own."""

    def service(scope: Construct, id: str, **arguments: Any) -> BlueGreenService:
        repository = aws_ecr.Repository.from_repository_name(scope, "Images", "shop")
        pushes = ImagePushes(repository, "v*")
        return BlueGreenService(scope, id, images=pushes, dashboard=False, **arguments)

    with patch.object(stack, "BlueGreenService", service):
        cdk_app.build(app)


def piped(app: App) -> None:
    """With a second, careless pipeline, whose action starts the deployment machine itself."""
    with patch.object(cdk_app, "Validations"):
        cdk_app.build(app)
    automation = app.node.find_child("Viridian")
    assert isinstance(automation, Automation)
    stack = Stack(app, "Native")
    stack.add_stack_dependency(automation)
    sources = aws_s3.Bucket(stack, "Sources", versioned=True)
    source, told = aws_codepipeline.Artifact("Source"), aws_codepipeline.Artifact("Told")
    take = aws_codepipeline_actions.S3SourceAction(
        action_name="Source",
        bucket=sources,
        bucket_key="source.zip",
        output=source,
        trigger=aws_codepipeline_actions.S3Trigger.NONE,
    )
    request = {"service": "shop", "version": "1.1.0"}
    deploy = execution_action(stack, "Deploy", automation=automation, request=request, output=told)
    pipeline = aws_codepipeline.Pipeline(
        stack, "Pipeline", artifact_bucket=aws_s3.Bucket(stack, "Artifacts")
    )
    pipeline.add_stage(stage_name="Source", actions=[take])
    pipeline.add_stage(stage_name="Deploy", actions=[deploy])
    CfnOutput(stack, "NativePipelineName", value=pipeline.pipeline_name)
    CfnOutput(stack, "NativeSourceBucketName", value=sources.bucket_name)


def asked(app: App) -> None:
    """A function says that all is well, but not after a restore; a workflow fails versions 9; an
    endpoint on this machine is asked under a key.
    """

    def service(scope: Construct, id: str, **arguments: Any) -> BlueGreenService:
        check = aws_lambda.Function(
            scope,
            "Check",
            function_name="viridian-hook-check",
            runtime=aws_lambda.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=aws_lambda.Code.from_inline(CHECK),
        )
        says = aws_stepfunctions.DefinitionBody.from_string(json.dumps(SOAK))
        soak = aws_stepfunctions.StateMachine(
            scope, "Soak", state_machine_name="viridian-hook-soak", definition_body=says
        )
        key = aws_events.Authorization.api_key("X-Key", SecretValue.unsafe_plain_text(SCAN_KEY))
        scanner = aws_events.Connection(
            scope, "Scanner", connection_name="viridian-hook-scan", authorization=key
        )
        port = CfnParameter(scope, "ScanPort", type="Number").value_as_string
        hooks = {
            "check": Target.function(check),
            "notify": Target.function(check),
            "scan": Target.endpoint(f"http://127.0.0.1:{port}/scans", scanner),
            "soak": Target.workflow(soak),
        }
        return BlueGreenService(scope, id, **(arguments | {"hooks": hooks}))

    with patch.object(stack, "BlueGreenService", service), patch.object(cdk_app, "Validations"):
        cdk_app.build(app)
    automation = app.node.find_child("Viridian")
    assert isinstance(automation, Automation)
    _board(Stack(app, "Board"), automation)
    _around(Stack(app, "Around"), automation)


def _board(stack: Stack, automation: Automation) -> None:
    """A pipeline of nothing but a manual approval, which answers what the shop asks."""
    stack.add_stack_dependency(automation)
    sources = aws_s3.Bucket(stack, "Sources", versioned=True)
    take = aws_codepipeline_actions.S3SourceAction(
        action_name="Source",
        bucket=sources,
        bucket_key="source.zip",
        output=aws_codepipeline.Artifact("Source"),
        trigger=aws_codepipeline_actions.S3Trigger.NONE,
    )
    bucket = aws_s3.Bucket(stack, "Artifacts")
    pipeline = aws_codepipeline.Pipeline(stack, "Pipeline", artifact_bucket=bucket)
    pipeline.add_stage(stage_name="Source", actions=[take])
    board = aws_codepipeline_actions.ManualApprovalAction(action_name="Board")
    pipeline.add_stage(stage_name="Deploy", actions=[board])
    approve_by_action(pipeline, "Board", automation=automation, service="shop", key="go")
    CfnOutput(stack, "BoardName", value=pipeline.pipeline_name)
    CfnOutput(stack, "BoardSources", value=sources.bucket_name)


def _around(stack: Stack, automation: Automation) -> None:
    """A workflow of somebody's, a deployment being one of its steps."""
    machine = aws_stepfunctions.StateMachine.from_state_machine_arn(
        stack, "Deployments", automation.state_machine_arn
    )
    deploy = aws_stepfunctions_tasks.StepFunctionsStartExecution(
        stack,
        "Deploy",
        state_machine=machine,
        integration_pattern=aws_stepfunctions.IntegrationPattern.RUN_JOB,
        query_language=aws_stepfunctions.QueryLanguage.JSONATA,
        input=aws_stepfunctions.TaskInput.from_text("{% $states.input %}"),
        outputs="{% $states.result.Output %}",
    )
    around = aws_stepfunctions.StateMachine(
        stack,
        "Workflow",
        query_language=aws_stepfunctions.QueryLanguage.JSONATA,
        definition_body=aws_stepfunctions.DefinitionBody.from_chainable(deploy),
    )
    CfnOutput(stack, "AroundArn", value=around.state_machine_arn)


def edited(edit: str) -> Callable[[App], None]:
    """The shop's stack with all edits up to this one."""
    done = EDITS[: EDITS.index(edit) + 1]

    def build(app: App) -> None:
        at: dict[str, Any] = {}
        arguments: dict[str, Any] = {}
        if "the counts" in done:
            arguments |= {"initial_live_count": 5, "initial_idle_count": 0}
        if "the rule's condition" in done:
            at["paths"] = ("/*", "/new/*")
        if "the rule's priority" in done:
            at["priority"] = 7
        is_public = {"assign_public_ip": "the network" not in done}
        with (
            patch.object(front, "Entrance", partial(Entrance, **at)),
            patch.object(stack, "EcsTasks", lambda **given: EcsTasks(**(given | is_public))),
            patch.object(stack, "BlueGreenService", partial(BlueGreenService, **arguments)),
        ):
            cdk_app.build(app)
        shop = app.node.find_child("Shop")
        _edit_template(shop.node.find_child("Task"), done)
        if "a tag" in done:
            Tags.of(shop).add("team", "orders")

    return build


def _edit_template(task: Any, done: tuple[str, ...]) -> None:
    if "cpu and memory" in done:
        task.node.default_child.cpu, task.node.default_child.memory = "512", "1024"
    if "a variable" in done:
        task.default_container.add_environment("GREETING", "hello")
    if "a secret" in done:
        key = aws_ssm.StringParameter.from_string_parameter_name(task, "Key", "/shop/key")
        task.default_container.add_secret("KEY", aws_ecs.Secret.from_ssm_parameter(key))
    if "a sidecar" in done:
        agent = aws_ecs.ContainerImage.from_registry("agent")
        logging = aws_ecs.LogDrivers.aws_logs(stream_prefix="agent")
        task.add_container("agent", image=agent, essential=False, logging=logging)


def other_port(app: App) -> None:
    """The shop's container listens elsewhere."""
    with (
        patch.object(stack, "CONTAINER_PORT", 9090),
        patch.object(tasks, "CONTAINER_PORT", 9090),
    ):
        cdk_app.build(app)


@dataclass(frozen=True)
class Variant:
    """An app under a context."""

    context: Mapping[str, object]
    build: Callable[[App], object] = cdk_app.build


def of_file(
    path: str, build: Callable[[App], object] = cdk_app.build, **context: object
) -> Variant:
    """The example's app, or another, under another service file."""
    return Variant({"serviceFile": str(PROJECT / path), **context}, build)


def _file_of(edit: str) -> dict[str, object]:
    """The service file as it is by then."""
    done = EDITS[: EDITS.index(edit) + 1]
    name = "service"
    if "the health check" in done:
        name = "edited-health"
    if "alarm thresholds" in done:
        name = "edited-alarms"
    return {"serviceFile": str(PROJECT / "tests" / "rehearsal" / f"{name}.yaml")}


VARIANTS = {
    COMMITTED: Variant({"pipeline": "true"}),
    EDITED: of_file(
        "tests/infra/edited.yaml", pushed, hostName="shop.example", certificateArn=CERTIFICATE
    ),
    RESERVED: Variant({"reservedConcurrency": 5}),
    BARE: Variant({}, bare),
    SHARED: Variant({}, shared),
    CARELESS: Variant({}, careless),
    INTERNAL: Variant({"internal": "true"}),
    REHEARSED: of_file("tests/rehearsal/service.yaml"),
    DEMONSTRATED: of_file("tests/rehearsal/demo.yaml"),
    CONTROLLED: of_file("tests/rehearsal/controls.yaml"),
    MEASURED: of_file("bench/service.yaml"),
    PIPED: of_file("tests/rehearsal/service.yaml", piped, pipeline="true"),
    ASKED: of_file("tests/rehearsal/hooks.yaml", asked),
    BROKEN: of_file("rehearsal/faults/service.yaml"),
    **{edit: Variant(_file_of(edit), edited(edit)) for edit in EDITS},
    PORT: Variant(_file_of(EDITS[0]), other_port),
    RENEWED: of_file("tests/rehearsal/renewed.yaml", build=edited(EDITS[0])),
}


def synthesise(variant: Variant, folder: Path) -> None:
    """As the CDK CLI would; what the CDK refuses is told in a file."""
    flags = json.loads((PROJECT / "cdk.json").read_text())["context"]
    app = App(outdir=str(folder), context=flags | dict(variant.context))
    variant.build(app)
    try:
        app.synth()
    except RuntimeError as refused:
        (folder / REFUSAL).write_text(str(refused))


if __name__ == "__main__":
    _, parent, *names = sys.argv
    for name in names:
        synthesise(VARIANTS[name], Path(parent) / name)
