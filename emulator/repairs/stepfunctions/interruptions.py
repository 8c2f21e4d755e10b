"""Wakes whatever an execution waits for when it has ended meanwhile."""

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from threading import Event, Lock


class ExecutionEnded(Exception):
    """The execution was stopped or ran out of time while a state waited: no Catch sees this."""


_lock = Lock()
_waits: dict[str, set[Event]] = defaultdict(set)


@contextlib.contextmanager
def woken_at_the_end(execution_arn: str, event: Event) -> Iterator[None]:
    """While inside, `event` is also set by `wake`."""
    with _lock:
        _waits[execution_arn].add(event)
    try:
        yield
    finally:
        with _lock:
            _waits[execution_arn].discard(event)


def wake(execution_arn: str) -> None:
    with _lock:
        for event in _waits.pop(execution_arn, ()):
            event.set()
