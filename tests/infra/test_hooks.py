"""What a service's hooks call, and how the registration tells of it."""

import pytest
from aws_cdk import SecretValue, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn

from tests.core.shop import SETTINGS
from viridian.core.errors import RegistrationInvalid
from viridian.core.service.settings import Settings
from viridian_cdk.hooks import Target, hook_targets

ARN = "arn:aws:{}:us-east-1:123456789012:{}"
HOOK = {"name": "canary", "at": "after_ready", "timeout_seconds": 60}
KNOWN = Settings.from_dict({**SETTINGS, "hooks": [HOOK]}, "service.yaml")


def imported_function(stack: Stack, name: str) -> Target:
    arn = ARN.format("lambda", f"function:{name}")
    return Target.function(lambda_.Function.from_function_arn(stack, "Function", arn))


def imported_workflow(stack: Stack, name: str) -> Target:
    arn = ARN.format("states", f"stateMachine:{name}")
    return Target.workflow(sfn.StateMachine.from_state_machine_arn(stack, "Machine", arn))


def imported_endpoint(stack: Stack, name: str) -> Target:
    arn = ARN.format("events", f"connection/{name}/1")
    connection = events.Connection.from_event_bus_arn(stack, "Connection", arn, arn)
    return Target.endpoint("https://test.example/run", connection)


def made_function(stack: Stack, name: str | None) -> Target:
    function = lambda_.Function(
        stack,
        "Made",
        function_name=name,
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="canary.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
    )
    return Target.function(function)


def made_workflow(stack: Stack, name: str | None) -> Target:
    body = sfn.DefinitionBody.from_chainable(sfn.Pass(stack, "Pass"))
    machine = sfn.StateMachine(stack, "Made", state_machine_name=name, definition_body=body)
    return Target.workflow(machine)


def made_endpoint(stack: Stack, name: str | None) -> Target:
    key = events.Authorization.api_key("X-Key", SecretValue.secrets_manager("canary-key"))
    connection = events.Connection(stack, "Made", connection_name=name, authorization=key)
    return Target.endpoint("https://test.example/run", connection)


IMPORTED = [imported_function, imported_workflow, imported_endpoint]
MADE = [made_function, made_workflow, made_endpoint]


@pytest.mark.parametrize("target", [*IMPORTED, *MADE])
def test_what_is_named_for_it_is_registered(target: type) -> None:
    called = target(Stack(), "viridian-hook-canary")

    [told] = hook_targets(KNOWN, {"canary": called})

    kind = target.__name__.rpartition("_")[2]
    url = "https://test.example/run" if kind == "endpoint" else None
    assert told == {"name": "canary", "kind": kind, "arn": called.arn, "url": url}


@pytest.mark.parametrize("target", [*IMPORTED, *MADE])
def test_what_the_hook_machine_may_not_call_is_refused(target: type) -> None:
    with pytest.raises(RegistrationInvalid, match=r"^hooks\.canary: .* viridian-hook-.* canary$"):
        hook_targets(KNOWN, {"canary": target(Stack(), "canary")})


@pytest.mark.parametrize("target", MADE)
def test_a_name_that_aws_makes_is_no_name(target: type) -> None:
    with pytest.raises(RegistrationInvalid, match="found no name"):
        hook_targets(KNOWN, {"canary": target(Stack(), None)})


def test_the_service_file_and_the_stack_name_the_same_hooks() -> None:
    other = {"other": imported_function(Stack(), "viridian-hook-other")}

    with pytest.raises(RegistrationInvalid) as refused:
        hook_targets(KNOWN, other)

    assert str(refused.value).splitlines() == [
        "hooks.canary: the service file has this hook; give BlueGreenService its target",
        "hooks.other: is no hook of the service file; those are canary",
    ]
