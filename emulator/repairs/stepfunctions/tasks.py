"""A Task state of a JSONata machine: its attempts, its timeout, its token, its retries.

ministack takes a JSONata `TimeoutSeconds` for a number (a token wait ends with a TypeError), keeps
one token for every attempt, knows neither `MaxDelaySeconds` nor jitter, and goes on waiting when
the execution is stopped. JSONPath tasks are left to it.
"""

import contextvars
import json
from threading import Event, Thread
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import stepfunctions

from emulator.repairs.stepfunctions import calls, executions, interfering, tokens
from emulator.repairs.stepfunctions.errors import Retries
from emulator.repairs.stepfunctions.interruptions import ExecutionEnded, woken_at_the_end

Record = dict[str, Any]

CALLBACK = ".waitForTaskToken"
LONGEST_SECONDS = 99_999_999
execute_as_shipped = stepfunctions._execute_task


def apply() -> None:
    stepfunctions._execute_task = execute


def execute(state: Record, raw_input: Any, execution: Record, ctx: Record) -> tuple[Any, str]:
    """The output of the state and the name of the next one."""
    if stepfunctions._state_query_language(state, ctx) != "JSONata":
        output, following = execute_as_shipped(state, raw_input, execution, ctx)
        return output, following
    retries = Retries(state.get("Retry", []))
    while True:
        ctx["State"]["RetryCount"] = retries.count
        try:
            return _attempt(state, raw_input, execution, ctx)
        except stepfunctions._ExecutionError as failure:
            _record_failure(execution, state, failure)
            delay = retries.seconds_before_next(failure.error)
            if delay is None:
                return _caught(state, raw_input, ctx, failure)
            _pause(execution, delay)


def timeout_seconds(state: Record, raw_input: Any, ctx: Record) -> float:
    """The state's own limit: a number, or what its JSONata expression comes to."""
    if "TimeoutSeconds" not in state:
        return LONGEST_SECONDS
    field = stepfunctions._jsonata_state_field(state, "TimeoutSeconds", "number", raw_input, ctx)
    if field <= 0 or field != int(field):
        message = f"TimeoutSeconds must be a positive integer but was: {json.dumps(field)}"
        raise stepfunctions._ExecutionError("States.QueryEvaluationError", message)
    return float(field)


def _attempt(state: Record, raw_input: Any, execution: Record, ctx: Record) -> tuple[Any, str]:
    if state["Resource"].endswith(CALLBACK):
        ctx["Task"] = {"Token": new_uuid()}
    arguments = stepfunctions._apply_jsonata_arguments(state, raw_input, ctx)
    seconds = timeout_seconds(state, raw_input, ctx)
    _record(execution, "TaskScheduled", state, timeoutInSeconds=int(seconds))
    _record(execution, "TaskStarted", state)
    result = _run(state["Resource"], arguments, seconds, execution, ctx)
    _record(execution, "TaskSucceeded", state, output=json.dumps(result))
    output = stepfunctions._apply_jsonata_output(
        state, raw_input, ctx, result=result, default=result
    )
    stepfunctions._apply_state_assign(state, raw_input, ctx, result=result)
    return output, stepfunctions._next_or_end(state)


def _run(resource: str, arguments: Any, seconds: float, execution: Record, ctx: Record) -> Any:
    if not resource.endswith(CALLBACK):
        return _call(resource, arguments, seconds, execution, ctx)
    token = ctx["Task"]["Token"]
    answered = tokens.open_token(token)
    try:
        _call(resource.removesuffix(CALLBACK), arguments, seconds, execution, ctx)
        _wait(answered, seconds, execution)
    finally:
        answer = tokens.close_token(token)
    if answer["error"]:
        raise stepfunctions._ExecutionError(answer["error"]["Error"], answer["error"]["Cause"])
    return json.loads(answer["result"])


def _call(resource: str, arguments: Any, seconds: float, execution: Record, ctx: Record) -> Any:
    """Call the resource on a thread of its own, which is left behind when time is over."""
    state = ctx["State"]["Name"]
    outcome: list[Any] = []
    failures: list[BaseException] = []
    finished = Event()
    own = calls.Call(execution)

    def do() -> Any:
        return stepfunctions._invoke_resource(resource, arguments)

    def call() -> None:
        calls.current.set(own)
        try:
            outcome.append(interfering.call(execution, state, do, executions.stop))
        except BaseException as failure:
            failures.append(failure)
        finished.set()

    Thread(target=contextvars.copy_context().run, args=(call,), daemon=True).start()
    try:
        _wait(finished, seconds, execution)
    finally:
        own.over.set()
    if failures:
        raise failures[0]
    return outcome[0]


def _wait(event: Event, seconds: float, execution: Record) -> None:
    with woken_at_the_end(execution["executionArn"], event):
        happened = execution["status"] != "RUNNING" or event.wait(seconds)
    if execution["status"] != "RUNNING":
        raise ExecutionEnded
    if not happened:
        raise stepfunctions._ExecutionError("States.Timeout", "")


def _pause(execution: Record, seconds: float) -> None:
    with woken_at_the_end(execution["executionArn"], pause := Event()):
        pause.wait(seconds)
    if execution["status"] != "RUNNING":
        raise ExecutionEnded


def _caught(state: Record, raw_input: Any, ctx: Record, failure: Any) -> tuple[Any, str]:
    catcher = stepfunctions._find_matching_catcher(state.get("Catch", []), failure.error)
    if catcher is None:
        raise failure
    error = {"Error": failure.error, "Cause": failure.cause}
    output = stepfunctions._apply_catcher(catcher, raw_input, ctx, "JSONata", error)
    return output, catcher["Next"]


def _record_failure(execution: Record, state: Record, failure: Any) -> None:
    kind = "TaskTimedOut" if failure.error == "States.Timeout" else "TaskFailed"
    _record(execution, kind, state, error=failure.error, cause=failure.cause)


def _record(execution: Record, kind: str, state: Record, **details: Any) -> None:
    """Add an event of the history under the names AWS gives it."""
    name = state["Resource"].rpartition(":::")[2]
    action = name.removeprefix("aws-sdk:").partition(":")[2]
    integration = name.removesuffix(f":{action}")
    field = f"{kind[0].lower()}{kind[1:]}EventDetails"
    resource = {"resourceType": integration, "resource": action}
    stepfunctions._add_event(execution, kind, {field: {**resource, **details}})
