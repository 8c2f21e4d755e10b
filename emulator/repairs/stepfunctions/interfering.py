"""Where an interference enters a state: at its call of a service, or as it is entered."""

import contextvars
import threading
from collections.abc import Callable
from typing import Any

from ministack.services import stepfunctions

from emulator.interference import Interference, Interferences, Kind

Record = dict[str, Any]
Call = Callable[[], Any]
Stop = Callable[[Record], Any]

_interferences = Interferences()


def heed(interferences: Interferences) -> None:
    """From here on these may interfere."""
    global _interferences
    _interferences = interferences


def call(execution: Record, state: str, do: Call, stop: Stop) -> Any:
    """Do it, or what an interference makes of it."""
    found = _met(execution, state)
    return do() if found is None else _interfered(found, execution, do, stop)


def enter(execution: Record, state: str, stop: Stop) -> None:
    """A state that calls nothing can be held, and the execution be stopped in it."""
    found = _met(execution, state)
    if found is not None and found.kind in (Kind.HELD, Kind.STOPPED):
        _interfered(found, execution, lambda: None, stop)


def _met(execution: Record, state: str) -> Interference | None:
    happening = {"machine": execution["stateMachineArn"], "state": state}
    return _interferences.meet(happening, execution["input"])


def _interfered(found: Interference, execution: Record, do: Call, stop: Stop) -> Any:
    if found.kind is Kind.HELD:
        found.wait()
        return do()
    if found.kind is Kind.LATE:
        timer = threading.Timer(found.seconds, contextvars.copy_context().run, (do,))
        timer.daemon = True
        timer.start()
    answer = do() if found.kind in (Kind.FAILED, Kind.LOST, Kind.STOPPED) else None
    if found.kind is Kind.STOPPED:
        stop({"executionArn": execution["executionArn"]})
        return answer
    error = found.error if found.kind in (Kind.REFUSED, Kind.FAILED) else "States.Timeout"
    raise stepfunctions._ExecutionError(error, f"interference: {found.kind}")
