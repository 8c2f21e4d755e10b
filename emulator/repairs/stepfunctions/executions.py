"""An execution from its first state to its ending.

ministack waits 150 ms before the first state, ignores a machine's `TimeoutSeconds` and the `Output`
of a Succeed state, keeps waiting after StopExecution, and lets a late failure overwrite an ending.
"""

import json
import logging
import threading
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import now_iso
from ministack.services import stepfunctions

from emulator.repairs.stepfunctions import calls, interfering
from emulator.repairs.stepfunctions.interruptions import ExecutionEnded, wake

Record = dict[str, Any]

logger = logging.getLogger(__name__)
fail_as_shipped = stepfunctions._fail_execution
stop_as_shipped = stepfunctions._stop_execution


@dataclass
class Whereabouts:
    """The state that an execution is in, what that was handed, and the context with variables."""

    state: str
    value: Any
    ctx: Record


whereabouts: dict[str, Whereabouts] = {}
"""By execution: where a redrive goes on."""


def apply() -> None:
    stepfunctions._run_execution = run
    stepfunctions._fail_execution = fail
    stepfunctions._stop_execution = stop


def run(execution_arn: str) -> None:
    """From the first state on."""
    execution, machine, definition = _found(execution_arn)
    ctx = _context(definition, execution, machine)
    first, given = definition["StartAt"], ctx["Execution"]["Input"]
    whereabouts[execution_arn] = Whereabouts(first, given, ctx)
    go_on(execution_arn)


def go_on(execution_arn: str) -> None:
    """From where it is."""
    calls.current.set(None)  # nothing of the task that may have started it
    execution, _machine, definition = _found(execution_arn)
    limit = _start_limit(execution, definition.get("TimeoutSeconds"))
    try:
        succeed(execution, _walk(definition, execution, whereabouts[execution_arn]))
    except stepfunctions._ExecutionError as failure:
        fail(execution, failure.error, failure.cause)
    except ExecutionEnded:
        logger.info("execution %s ended while a state waited", execution_arn)
    except Exception as failure:
        logger.exception("execution %s broke", execution_arn)
        fail(execution, "States.Runtime", str(failure))
    finally:
        limit.cancel()


def _found(execution_arn: str) -> tuple[Record, Record, Record]:
    """The execution, its machine, and what that is defined as."""
    execution = stepfunctions._executions[execution_arn]
    machine = stepfunctions._state_machines[execution["stateMachineArn"]]
    return execution, machine, json.loads(machine["definition"])


def succeed(execution: Record, output: Any) -> None:
    if execution["status"] != "RUNNING":
        return
    text = json.dumps(output)
    details = {"executionSucceededEventDetails": {"output": text}}
    _end(execution, "SUCCEEDED", "ExecutionSucceeded", details, output=text)


def fail(execution: Record, error: str, cause: str) -> None:
    if execution["status"] == "RUNNING":
        fail_as_shipped(execution, error, cause)
        wake(execution["executionArn"])


def fail_late(execution_arn: str) -> None:
    """What happens when a state fails after its execution has ended."""
    stepfunctions._fail_execution(stepfunctions._executions[execution_arn], "Late", "")


def stop(request: Record) -> Any:
    answer = stop_as_shipped(request)
    wake(request.get("executionArn", ""))
    return answer


def time_out(execution: Record) -> None:
    if execution["status"] != "RUNNING":
        return
    details: Record = {"executionTimedOutEventDetails": {}}
    _end(execution, "TIMED_OUT", "ExecutionTimedOut", details)


def _end(execution: Record, status: str, event: str, details: Record, **fields: Any) -> None:
    execution.update(status=status, stopDate=now_iso(), **fields)
    stepfunctions._add_event(execution, event, details)
    stepfunctions._emit_execution_status_event(execution)
    wake(execution["executionArn"])


def _start_limit(execution: Record, seconds: float | None) -> threading.Timer:
    limit = threading.Timer(seconds or 0, time_out, [execution])
    limit.daemon = True
    if seconds is not None:
        limit.start()
    return limit


def _context(definition: Record, execution: Record, machine: Record) -> Record:
    """The context object, with what ministack keeps beside it."""
    return {
        "QueryLanguage": definition.get("QueryLanguage", "JSONPath"),
        "Execution": {
            "Id": execution["executionArn"],
            "Input": json.loads(execution["input"]),
            "Name": execution["name"],
            "RoleArn": machine["roleArn"],
            "StartTime": execution["startDate"],
            "RedriveCount": 0,
        },
        "StateMachine": {"Id": execution["stateMachineArn"], "Name": machine["name"]},
        "variables": {},
    }


def _walk(definition: Record, execution: Record, at: Whereabouts) -> Any:
    """Go from state to state; the output of the last one."""
    ctx = at.ctx
    name: str | None = at.state
    value = at.value
    while name:
        if execution["status"] != "RUNNING":
            raise ExecutionEnded
        at.state, at.value = name, value
        state = definition["States"][name]
        ctx["State"] = {"Name": name, "EnteredTime": now_iso(), "RetryCount": 0}
        _record(execution, state, "Entered", name, input=json.dumps(value))
        if state["Type"] != "Task":
            interfering.enter(execution, name, stop)
        value, following = _execute(state, value, execution, ctx)
        if execution["status"] != "RUNNING":
            raise ExecutionEnded
        _record(execution, state, "Exited", name, output=json.dumps(value))
        name = following
    return value


def _execute(state: Record, value: Any, execution: Record, ctx: Record) -> tuple[Any, str | None]:
    kind = state["Type"]
    if kind == "Fail":
        raise stepfunctions._ExecutionError(*stepfunctions._fail_state_error(state, value, ctx))
    if kind == "Succeed":
        return _final_output(state, value, ctx), None
    handler = getattr(stepfunctions, f"_execute_{kind.lower()}")
    if kind in ("Task", "Parallel", "Map"):
        output, following = handler(state, value, execution, ctx)
    else:
        output, following = handler(state, value, ctx)
    return output, following


def _final_output(state: Record, value: Any, ctx: Record) -> Any:
    if stepfunctions._state_query_language(state, ctx) == "JSONata":
        return stepfunctions._apply_jsonata_output(state, value, ctx, default=value)
    effective = stepfunctions._apply_input_path(state, value, ctx)
    return stepfunctions._apply_output_path(state, effective, ctx)


def _record(execution: Record, state: Record, moment: str, name: str, **data: str) -> None:
    details = {f"state{moment}EventDetails": {"name": name, **data}}
    stepfunctions._add_event(execution, f"{state['Type']}State{moment}", details)
