"""The same name with the same input is the running execution; anything else already exists.

ministack refuses every repeated name, and gives a machine that starts another an error without the
service's name before it.
"""

from typing import Any

from ministack.core.responses import get_account_id, get_region, json_response
from ministack.services import stepfunctions

from emulator.repairs.stepfunctions import calls

Record = dict[str, Any]

REFUSED = "StepFunctions.AWSStepFunctionsException"
start_as_shipped = stepfunctions._start_execution
start_from_a_machine_as_shipped = stepfunctions._invoke_nested_start_execution


def apply() -> None:
    stepfunctions._start_execution = start
    stepfunctions._invoke_nested_start_execution = start_from_a_machine


def start_from_a_machine(resource: str, arguments: Record) -> Any:
    calls.require("states:StartExecution", arguments["StateMachineArn"], REFUSED)
    try:
        return start_from_a_machine_as_shipped(resource, arguments)
    except stepfunctions._ExecutionError as failure:
        name = f"StepFunctions.{failure.error}Exception"
        raise stepfunctions._ExecutionError(name, failure.cause) from failure


def start(request: Record) -> Any:
    running = _running(request)
    if running is None or running["input"] != request.get("input", "{}"):
        return start_as_shipped(request)
    return json_response(
        {"executionArn": running["executionArn"], "startDate": running["startDate"]}
    )


def _running(request: Record) -> Record | None:
    machine = stepfunctions._resolve_state_machine_arn(request.get("stateMachineArn", ""))
    if machine is None or "name" not in request:
        return None
    arn = (
        f"arn:aws:states:{get_region()}:{get_account_id()}:execution:"
        f"{stepfunctions._state_machines[machine]['name']}:{request['name']}"
    )
    execution: Record | None = stepfunctions._executions.get(arn)
    return execution if execution is not None and execution["status"] == "RUNNING" else None
