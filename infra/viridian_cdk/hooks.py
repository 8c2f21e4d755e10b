"""What a service's hooks call: a function, a workflow, or an HTTPS endpoint.

Each is named `viridian-hook-...`: the hook machine may call all of that name and nothing else, so
its role does not grow with the services.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import IConstruct

from viridian.core.errors import RegistrationInvalid
from viridian.core.service.registration import HOOK_PREFIX
from viridian.core.service.settings import Settings

NAMED = re.compile(r":(?:function:|stateMachine:|connection/)([^:/]+)")


@dataclass(frozen=True)
class Target:
    """What is called, and the name that it was given: "" where AWS is to make one, None where only
    the deployment will tell it.
    """

    kind: str
    arn: str
    name: str | None
    url: str | None = None

    @classmethod
    def function(cls, function: lambda_.IFunction) -> "Target":
        """A function, whose return value is the answer."""
        arn = function.function_arn
        return cls("function", arn, _name(function, "function_name", arn))

    @classmethod
    def workflow(cls, machine: sfn.IStateMachine) -> "Target":
        """A standard state machine, whose output is the answer."""
        arn = machine.state_machine_arn
        return cls("workflow", arn, _name(machine, "state_machine_name", arn))

    @classmethod
    def endpoint(cls, url: str, connection: events.IConnection) -> "Target":
        """An HTTPS URL that gets a POST under the connection's authorization, and whose JSON is the
        answer.
        """
        arn = connection.connection_arn
        return cls("endpoint", arn, _name(connection, "name", arn), url)


def hook_targets(settings: Settings, given: Mapping[str, Target]) -> list[dict[str, Any]]:
    """As the registration has them; raises RegistrationInvalid with what does not fit."""
    if complaints := list(_complaints(settings, given)):
        raise RegistrationInvalid("\n".join(complaints))
    return [
        {"name": name, "kind": target.kind, "arn": target.arn, "url": target.url}
        for name, target in given.items()
    ]


def _complaints(settings: Settings, given: Mapping[str, Target]) -> Iterator[str]:
    wanted = [hook.name for hook in settings.hooks]
    for name in wanted:
        if name not in given:
            yield f"hooks.{name}: the service file has this hook; give BlueGreenService its target"
    for name, target in given.items():
        if name not in wanted:
            known = ", ".join(wanted) or "none"
            yield f"hooks.{name}: is no hook of the service file; those are {known}"
        if target.name is not None and not target.name.startswith(HOOK_PREFIX):
            found = target.name or "no name"
            yield f"hooks.{name}: its {target.kind} must be named {HOOK_PREFIX}..., found {found}"


def _name(construct: IConstruct, attribute: str, arn: str) -> str | None:
    """The name that this app gives to what it makes; for what exists, the one in its ARN."""
    connection = construct.node.try_find_child("Connection")
    resource: Any = construct.node.default_child or connection
    stack = Stack.of(construct)
    if resource is not None:
        given = stack.resolve(getattr(resource, attribute)) or ""
        return given if isinstance(given, str) else None
    found = NAMED.search(str(stack.resolve(arn)))
    return found[1] if found else None
