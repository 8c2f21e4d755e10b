"""Step Functions executions: start one by name, answer one that waits."""

import json
from dataclasses import dataclass
from typing import Any

from boto3.session import Session

from viridian.adapters.clients import client
from viridian.core.execution import Execution, execution_arn


@dataclass(frozen=True)
class Executions:
    """Executions of the account's state machines."""

    states: Any

    @classmethod
    def from_session(cls, session: Session | None = None) -> "Executions":
        """Executions, with a client of their own."""
        return cls(client("stepfunctions", session))

    def start(self, state_machine_arn: str, name: str, request: dict[str, Any]) -> bool:
        """Start the execution of that name; False when it has run before.

        AWS answers a repeated start of a running execution with the running one, so both the
        first and a repeat that comes early say True: either way there is one.
        """
        try:
            self.states.start_execution(
                stateMachineArn=state_machine_arn, name=name, input=json.dumps(request)
            )
        except self.states.exceptions.ExecutionAlreadyExists:
            return False
        return True

    def described(self, state_machine_arn: str, name: str) -> Execution | None:
        """The execution of that name; None when there is none. What just changed may not show."""
        try:
            found = self.states.describe_execution(
                executionArn=execution_arn(state_machine_arn, name)
            )
        except self.states.exceptions.ExecutionDoesNotExist:
            return None
        try:
            asked = json.loads(found["input"])
        except (ValueError, RecursionError):  # so long a number, so deep a list
            asked = None
        request = asked if isinstance(asked, dict) else {}
        return Execution(name, found["status"], found.get("error"), found.get("cause"), request)

    def succeed(self, token: str) -> bool:
        """End a wait well; False when nobody waits on the token any more."""
        return self._answer(self.states.send_task_success, taskToken=token, output="{}")

    def fail(self, token: str, error: str, cause: str) -> bool:
        """End a wait with a named error; False when nobody waits on the token any more."""
        return self._answer(
            self.states.send_task_failure, taskToken=token, error=error, cause=cause[:32768]
        )

    def _answer(self, send: Any, **answer: str) -> bool:
        late = self.states.exceptions
        try:
            send(**answer)
        except (late.TaskTimedOut, late.TaskDoesNotExist, late.InvalidToken):
            return False
        return True
