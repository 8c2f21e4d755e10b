"""Which task makes a call, what the role of its machine may do, and whether anybody still waits.

ministack hands an integration a resource and its arguments alone.
"""

from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from ministack import app
from ministack.core.iam_evaluator import enforce as find_denial
from ministack.core.responses import get_region
from ministack.services import stepfunctions

from emulator.repairs import lambda_


@dataclass(frozen=True)
class Call:
    execution: dict[str, Any]
    over: Event = field(default_factory=Event)
    """Set when the state waits no longer: it has its answer, has timed out or was stopped."""


current: ContextVar[Call | None] = ContextVar("call", default=None)
"""None in a JSONPath task, which is left to ministack."""


def machine() -> dict[str, Any] | None:
    call = current.get()
    if call is None:
        return None
    found: dict[str, Any] = stepfunctions._state_machines[call.execution["stateMachineArn"]]
    return found


def require(action: str, resource: str, refusal: str, **context: str) -> None:
    """Fail the task with `refusal` unless the role of its machine may do this."""
    calling = machine()
    if calling is None or not app.AUTH:
        return
    role = calling["roleArn"]
    session = lambda_.role_credentials({"Role": role, "FunctionName": calling["name"]})
    service, key = action.split(":")[0], session["AWS_ACCESS_KEY_ID"]
    if find_denial(key, action, service, get_region(), resource, context):
        message = f"{role} is not authorized to perform: {action} on resource: {resource}"
        raise stepfunctions._ExecutionError(refusal, message)
