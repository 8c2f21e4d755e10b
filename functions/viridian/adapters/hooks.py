"""Asks hooks and people, and takes what they answer; `core/hook.py` says in which order."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from viridian.adapters.executions import Executions
from viridian.adapters.leases import Leases
from viridian.core.errors import HookAwaited
from viridian.core.hook import Question, Subject
from viridian.core.lease import Holder
from viridian.core.service.hooks import look_seconds

account_executions = cache(Executions.from_session)
"""Made by the first question: most services ask nothing."""


@dataclass(frozen=True)
class Hooks:
    """The leases that keep what is asked, and the hook machine that asks it."""

    leases: Leases
    machine: str
    executions: Callable[[], Executions] = account_executions

    def seconds_left(self, holder: Holder, subject: Subject, *, now: float) -> int:
        """Until answers are looked for again; 0 once all that is asked here lets it pass.

        Raises HookFailed when something does not, and as a forward move.
        """
        for group in subject.questions():
            waits = [self.ask(holder, subject, each, now=now) for each in group]
            if any(waits):
                return min(filter(None, waits))
        return 0

    def ask(self, holder: Holder, subject: Subject, question: Question, *, now: float) -> int:
        """The same for one question, which is asked now unless it was."""
        kept = self.leases.ask(holder, question.key, {"asked_at": int(now)}).hooks[question.key]
        left = question.seconds_left(kept, now)
        if not left:
            return 0
        self.tell(subject, question)
        return look_seconds(min(left, now - int(kept["asked_at"])))

    def tell(self, subject: Subject, question: Question) -> None:
        """Start the hook machine for it; it asks once, however often it is told."""
        name = question.execution_name(subject.deployment.id)
        self.executions().start(self.machine, name, subject.request(question))

    def require_passed(self, holder: Holder, subject: Subject, *, now: float) -> None:
        """Raise HookAwaited while answers are missing."""
        if self.seconds_left(holder, subject, now=now):
            asked = [each.key for group in subject.questions() for each in group]
            raise HookAwaited(f"{subject.deployment.service}: asked: {', '.join(asked)}")
