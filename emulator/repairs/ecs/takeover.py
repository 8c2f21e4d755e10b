"""What is changed in ministack so that the fleet runs the tasks.

Its code for containers is shut off: tasks are registered as PROVISIONING and wait for the fleet.
"""

from collections.abc import Callable
from typing import Any

from ministack.core.responses import json_response
from ministack.services import ecs

Record = dict[str, Any]
Wake = Callable[[], None]


def take_over(wake: Wake) -> None:
    """Leave the keeping of records to ministack, and the running of tasks to the caller.

    `wake` is called when there may be something to do.
    """
    ecs._get_docker = object  # tasks wait for a worker instead of being claimed to run
    ecs._run_task_worker = lambda *_: wake()
    ecs._maybe_mark_stopped = lambda *_: None
    ecs._sync_service_targets = lambda *_: None
    ecs._complete_service_deployment = lambda *_, **__: None
    ecs._reconcile_service_tasks = lambda *_: wake()
    ecs._make_deployment = _in_progress(ecs._make_deployment)
    ecs._stop_task = ecs._ACTION_MAP["StopTask"] = _stop_task(wake)


def _in_progress(make: Callable[..., Record]) -> Callable[..., Record]:
    """A new deployment is in progress; ministack claims that the first one is complete."""

    def made(task_definition: str, desired_count: int, status: str = "PRIMARY") -> Record:
        reason = "ECS deployment in progress."
        deployment = make(task_definition, desired_count, status)
        return {**deployment, "rolloutState": "IN_PROGRESS", "rolloutStateReason": reason}

    return made


def _stop_task(wake: Wake) -> Callable[[Record], Any]:
    """StopTask says that the task shall stop; the fleet drains and ends it."""

    def stop(request: Record) -> Any:
        task = ecs._resolve_task(
            request.get("task", ""), ecs._resolve_cluster_name(request.get("cluster", "default"))
        )
        if task is None:
            message = "The referenced task was not found."
            return ecs.error_response_json("InvalidParameterException", message, 400)
        task.update(
            desiredStatus="STOPPED",
            stoppedReason=request.get("reason", "Task stopped by user"),
            stopCode="UserInitiated",
        )
        wake()
        return json_response({"task": ecs._sanitize(task)})

    return stop
