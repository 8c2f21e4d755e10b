"""The actions of the API: requests and answers as their model has them."""

import time
from collections.abc import Callable
from typing import Any

from emulator.pipelines.jobs import JobAnswered, JobNotFound
from emulator.pipelines.run import ActionRun, PipelineRun
from emulator.repairs.codepipeline import store
from emulator.repairs.refusals import Refusal

Record = dict[str, Any]


def start(request: Record) -> Record:
    return {"pipelineExecutionId": store.start(str(request.get("name"))).id}


def stop(request: Record) -> Record:
    """At once: that CodePipeline waits for the action in progress is asked for by nobody here."""
    run = store.found(request)
    if run.status != "InProgress":
        raise Refusal("PipelineExecutionNotStoppableException", f"The execution is {run.status}")
    if not request.get("abandon"):
        raise Refusal("ValidationException", "the emulator stops an execution by abandon alone")
    run.abandon()
    return {"pipelineExecutionId": run.id}


def get_execution(request: Record) -> Record:
    run = store.found(request)
    told = {"pipelineName": run.pipeline.name, "pipelineExecutionId": run.id, "status": run.status}
    return {"pipelineExecution": told}


def list_actions(request: Record) -> Record:
    """The newest first."""
    wanted = (request.get("filter") or {}).get("pipelineExecutionId")
    found = [
        _told(run, running)
        for run in store.of_pipeline(str(request.get("pipelineName")))
        for running in reversed(run.actions)
        if wanted in (None, run.id)
    ]
    return {"actionExecutionDetails": found}


def get_state(request: Record) -> Record:
    """Of the newest execution, the actions that were begun, each in a stage of its own."""
    name = str(request.get("name"))
    [run, *_] = store.of_pipeline(name)
    stages = []
    for running in run.actions:
        latest = {"status": running.status, "actionExecutionId": running.id}
        if running.token is not None:
            latest["token"] = running.token
        told = {"actionName": running.action.name, "latestExecution": latest}
        stages.append({"stageName": running.action.stage, "actionStates": [told]})
    return {"pipelineName": name, "stageStates": stages}


def answer_approval(request: Record) -> Record:
    try:
        store.actions.jobs.answer({**request, "jobId": request.get("token")})
    except JobNotFound as error:
        raise Refusal("InvalidApprovalTokenException", str(error)) from error
    except JobAnswered as error:
        raise Refusal("ApprovalAlreadyCompletedException", str(error)) from error
    return {"approvedAt": time.time()}


def answer_job(request: Record) -> Record:
    try:
        store.actions.jobs.answer(request)
    except JobNotFound as error:
        raise Refusal("JobNotFoundException", str(error)) from error
    except JobAnswered as error:
        raise Refusal("InvalidJobStateException", str(error)) from error
    return {}


def _told(run: PipelineRun, running: ActionRun) -> Record:
    action = running.action
    return {
        "pipelineExecutionId": run.id,
        "actionExecutionId": running.id,
        "pipelineVersion": 1,
        "stageName": action.stage,
        "actionName": action.name,
        "startTime": running.started_at,
        "lastUpdateTime": running.changed_at,
        "status": running.status,
        "input": {"actionTypeId": _type(action.type), "configuration": dict(action.configuration)},
        "output": {
            "executionResult": dict(running.result),
            "outputVariables": dict(running.variables),
        },
    }


def _type(kind: Any) -> Record:
    return {name.lower(): value for name, value in kind.items()}


ACTIONS: dict[str, Callable[[Record], Record]] = {
    "StartPipelineExecution": start,
    "StopPipelineExecution": stop,
    "GetPipelineExecution": get_execution,
    "ListActionExecutions": list_actions,
    "GetPipelineState": get_state,
    "PutApprovalResult": answer_approval,
    "PutJobSuccessResult": answer_job,
    "PutJobFailureResult": answer_job,
}
