"""RedriveExecution, which ministack does not have: go on at the state where it ended.

What states had assigned is kept, `RedriveCount` grows, and a Fail state fails again.
"""

import contextvars
import json
from threading import Thread
from typing import Any

from ministack import app
from ministack.core.responses import error_response_json, json_response, now_iso
from ministack.services import stepfunctions

from emulator.repairs.stepfunctions import executions

Record = dict[str, Any]

TARGET = "x-amz-target"
ACTION = "AWSStepFunctions.RedriveExecution"
ENDED_BADLY = ("FAILED", "ABORTED", "TIMED_OUT")
OF_AN_ENDING = ("stopDate", "error", "cause", "output")


def apply() -> None:
    handle_as_shipped = app.SERVICE_HANDLERS["states"]

    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        if headers.get(TARGET) == ACTION:
            return redrive(json.loads(body))
        return await handle_as_shipped(method, path, headers, body, query)

    app.SERVICE_HANDLERS["states"] = handle


def redrive(request: Record) -> Any:
    arn = request["executionArn"]
    execution = stepfunctions._executions.get(arn)
    if execution is None:
        return error_response_json("ExecutionDoesNotExist", f"Execution {arn} not found", 400)
    if execution["status"] not in ENDED_BADLY or not executions.whereabouts.get(arn):
        message = f"Execution is {execution['status']} and cannot be redriven"
        return error_response_json("ExecutionNotRedrivable", message, 400)
    _go_on(execution)
    return json_response({"redriveDate": now_iso()})


def _go_on(ended: Record) -> None:
    """In a record of its own: what still unwinds from before finds its own one ended."""
    arn = ended["executionArn"]
    execution = ended | dict.fromkeys(OF_AN_ENDING) | {"status": "RUNNING"}
    stepfunctions._executions[arn] = execution
    redriven = executions.whereabouts[arn].ctx["Execution"]
    redriven["RedriveCount"] += 1
    details = {"executionRedrivenEventDetails": {"redriveCount": redriven["RedriveCount"]}}
    stepfunctions._add_event(execution, "ExecutionRedriven", details)
    stepfunctions._emit_execution_status_event(execution)
    context = contextvars.copy_context()
    Thread(target=context.run, args=(executions.go_on, arn), daemon=True).start()
