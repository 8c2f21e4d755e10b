"""Task tokens: an answer to a task that has ended is `TaskTimedOut`, as on AWS.

ministack says `TaskDoesNotExist` for every token it no longer waits for.
"""

from collections.abc import Callable
from threading import Event
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import stepfunctions

Record = dict[str, Any]

_closed: set[str] = set()


def apply() -> None:
    for name in ("_send_task_success", "_send_task_failure", "_send_task_heartbeat"):
        setattr(stepfunctions, name, _knowing_closed(getattr(stepfunctions, name)))


def open_token(token: str) -> Event:
    """From here on SendTaskSuccess and SendTaskFailure set the event that is returned."""
    answered = Event()
    stepfunctions._task_tokens[token] = {
        "event": answered,
        "result": None,
        "error": None,
        "heartbeat": None,
    }
    return answered


def close_token(token: str) -> Record:
    """The answer, whose `result` or `error` is set if there was one."""
    _closed.add(token)
    answer: Record = stepfunctions._task_tokens.pop(token)
    return answer


def _knowing_closed(answer: Callable[[Record], Any]) -> Callable[[Record], Any]:
    def answer_or_refuse(request: Record) -> Any:
        if request.get("taskToken") in _closed:
            message = "Task Timed Out: 'Provided task does not exist anymore'"
            return error_response_json("TaskTimedOut", message, 400)
        return answer(request)

    return answer_or_refuse
