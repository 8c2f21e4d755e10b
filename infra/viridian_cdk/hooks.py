"""What a service's hooks call: a function, a workflow, or an HTTPS endpoint.

Each is named `viridian-hook-...`: the hook machine may call all of that name and nothing else, so
its role does not grow with the services.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Token
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import IConstruct

from viridian.core.errors import RegistrationInvalid
from viridian.core.service.registration import HOOK_PREFIX
from viridian.core.service.settings import Settings


@dataclass(frozen=True)
class Target:
    """What is called, and the name that it was given: None where AWS is to make one."""

    kind: str
    arn: str
    name: str | None
    url: str | None = None

    @classmethod
    def function(cls, function: lambda_.IFunction) -> "Target":
        """A function, whose return value is the answer."""
        name = _given(function, "function_name", function.function_name)
        return cls("function", function.function_arn, name)

    @classmethod
    def workflow(cls, machine: sfn.IStateMachine) -> "Target":
        """A standard state machine, whose output is the answer."""
        arn = machine.state_machine_arn
        return cls("workflow", arn, _given(machine, "state_machine_name", arn.rpartition(":")[2]))

    @classmethod
    def endpoint(cls, url: str, connection: events.IConnection) -> "Target":
        """An HTTPS URL that gets a POST under the connection's authorization, and whose JSON is the
        answer.
        """
        name = _given(connection, "name", connection.connection_name)
        return cls("endpoint", connection.connection_arn, name, url)


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
        called = target.name or ""
        if not Token.is_unresolved(called) and not called.startswith(HOOK_PREFIX):
            found = called or "no name"
            yield f"hooks.{name}: its {target.kind} must be named {HOOK_PREFIX}..., found {found}"


def _given(construct: IConstruct, attribute: str, known: str) -> str | None:
    """The name that this app gives to what it makes; for what exists, the one it is known by."""
    resource: Any = construct.node.default_child
    return known if resource is None else getattr(resource, attribute)
