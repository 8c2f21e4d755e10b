"""What runs in both machines, asked for once for all scenarios that want to know."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future

from rehearsal.faults.world import World

LOOK_SECONDS = 0.5
"""Between two looks."""


class Running:
    """Looks from entering to leaving the block."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._next: Future[tuple[str, ...]] = Future()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="running", daemon=True)

    def __enter__(self) -> "Running":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._closed.set()
        self._thread.join()

    def names(self) -> tuple[str, ...]:
        """Of the executions that run, by a look that began after the call."""
        return self._next.result()

    def _run(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            asked, self._next = self._next, Future()
            try:
                asked.set_result(tuple(self._look()))
            except Exception as error:
                asked.set_exception(error)
        self._next.cancel()

    def _look(self) -> Iterator[str]:
        """In this order: a deployment that is over by then has started its standby."""
        step_functions, machines = self._world.client("stepfunctions"), self._world.account.machines
        pages = step_functions.get_paginator("list_executions")
        for arn in (machines["deploy"], machines["standby"]):
            for page in pages.paginate(stateMachineArn=arn, statusFilter="RUNNING"):
                yield from (execution["name"] for execution in page["executions"])
