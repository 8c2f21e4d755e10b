"""One execution of a pipeline: action after action, until one fails or it is stopped."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

from emulator.pipelines.structure import Action, Pipeline

Record = dict[str, Any]


class ActionFailed(Exception):
    """Ends the action, and the execution with it; `code` as CodePipeline shows it."""

    def __init__(self, code: str, message: str, external_id: str | None = None) -> None:
        super().__init__(message)
        self.code, self.external_id = code, external_id


@dataclass
class ActionRun:
    """How one action stands; `result` is the model's ActionExecutionResult, `token` that of an
    approval which is waited for.
    """

    action: Action
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "InProgress"
    result: Record = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    token: str | None = None
    started_at: float = field(default_factory=time.time)
    changed_at: float = field(default_factory=time.time)

    def told(self, summary: str | None, external_id: str | None) -> None:
        """What the provider says of it meanwhile, or at its end."""
        said = {"externalExecutionSummary": summary, "externalExecutionId": external_id}
        self.result |= {name: value for name, value in said.items() if value}
        self.changed_at = time.time()


Act = Callable[["PipelineRun", ActionRun], None]
Tell = Callable[["PipelineRun", ActionRun | None], None]


class PipelineRun(Thread):
    """Runs by itself once it is started. `act` does an action or raises ActionFailed; `tell` hears
    of every change. `artifacts` are the keys, in the pipeline's bucket, of what was handed on.
    """

    def __init__(self, pipeline: Pipeline, act: Act, tell: Tell) -> None:
        super().__init__(name=f"pipeline-{pipeline.name}", daemon=True)
        self.pipeline = pipeline
        self.id = str(uuid.uuid4())
        self.status = "InProgress"
        self.actions: list[ActionRun] = []
        self.artifacts: dict[str, str] = {}
        self.stopped = Event()
        self._act, self._tell = act, tell

    def run(self) -> None:
        self._tell(self, None)
        for action in self.pipeline.actions:
            running = ActionRun(action)
            self.actions.append(running)
            self._tell(self, running)
            running.status = self._do(running)
            running.changed_at = time.time()
            self._tell(self, running)
            if running.status != "Succeeded":
                break
        last = self.actions[-1].status
        self.status = "Stopped" if last == "Abandoned" else last
        self._tell(self, None)

    def abandon(self) -> None:
        """Stop it without waiting for what is in progress."""
        self.status = "Stopping"
        self.stopped.set()

    def _do(self, running: ActionRun) -> str:
        try:
            self._act(self, running)
        except ActionFailed as failure:
            running.told(str(failure), failure.external_id)
            running.result["errorDetails"] = {"code": failure.code, "message": str(failure)}
            return "Abandoned" if self.stopped.is_set() else "Failed"
        return "Abandoned" if self.stopped.is_set() else "Succeeded"
