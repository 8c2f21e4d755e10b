"""`startExecution.sync:2`: an execution of another machine, which the state waits for.

ministack runs it as an express one would be: over an execution of the same name, without an event
of its ending, on after the state has timed out, and failing the state by the name of its own error.
"""

import json
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import stepfunctions

from emulator.repairs.stepfunctions import calls, executions, starting
from emulator.repairs.stepfunctions.interruptions import woken_at_the_end

Record = dict[str, Any]

OF_EACH = "executionArn stateMachineArn name status startDate stopDate input inputDetails"
MANAGED_RULE = "rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"
"""How Step Functions hears of the ending. AWS asks for its rights when the machine is made."""


def apply() -> None:
    stepfunctions._invoke_nested_start_execution_sync = run


def run(resource: str, arguments: Record) -> Record:
    rule = f"arn:aws:events:{get_region()}:{get_account_id()}:{MANAGED_RULE}"
    for action in ("PutTargets", "PutRule", "DescribeRule"):
        calls.require(f"events:{action}", rule, starting.REFUSED)
    arn = starting.start_from_a_machine(resource, arguments)["ExecutionArn"]
    calls.require("states:DescribeExecution", arn, starting.REFUSED)
    execution = _ended(arn)
    if execution["status"] != "SUCCEEDED":
        failure = _told(execution, "error", "cause")
        raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(failure))
    result = _told(execution, "output", "outputDetails")
    if resource.endswith(":2"):
        result |= {name: json.loads(result[name]) for name in ("Input", "Output")}
    return result


def _ended(arn: str) -> Record:
    """Once it has; it is stopped when the state waits no longer."""
    over = (calls.current.get() or calls.Call({})).over
    with woken_at_the_end(arn, over):
        if stepfunctions._executions[arn]["status"] == "RUNNING":
            over.wait()
    execution: Record = stepfunctions._executions[arn]
    if execution["status"] == "RUNNING":
        calls.require("states:StopExecution", arn, starting.REFUSED)
        executions.stop({"executionArn": arn})
    return execution


def _told(execution: Record, *more: str) -> Record:
    names = [*OF_EACH.split(), *more]
    return {name[0].upper() + name[1:]: execution.get(name) for name in names}
