"""TakeAnswer: keep what a hook answered, or that it did not, and end the deployment's wait."""

from dataclasses import dataclass
from typing import Any

from viridian.adapters.answers import Answers
from viridian.adapters.executions import Executions
from viridian.adapters.leases import Leases
from viridian.adapters.records import Records
from viridian.core.hook import Answer, Reply
from viridian.core.service.hooks import Point
from viridian.runtime import environment
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

table_answers = Answers(
    Leases.from_session(environment.table()),
    Records.from_session(environment.table()),
    Executions.from_session(),
)


@dataclass(frozen=True)
class Input:
    """What was asked, by which execution of the hook machine; `given` is the answer as it came,
    from somebody else's code. `now` (ISO 8601) is the same when it is tried again.
    """

    service: str
    deployment_id: str
    key: str
    at: str
    passes: tuple[str, ...]
    execution: str
    given: Any
    now: str


@invocation(Input)
def handler(given: Input, answers: Answers = table_answers) -> dict[str, Any]:
    """Answer with what came, whether it is what counts, and whether people are to be told: nobody
    waits for an answer after a restore, so one that is not good enough is theirs.
    """
    answer = Answer.of_hook(given.given)
    reply = Reply(
        given.service, given.deployment_id, given.key, answer, "hook", given.now, given.execution
    )
    is_restored = given.at == Point.AFTER_RESTORE
    if is_restored:
        answers.record(reply)
    is_kept = is_restored or answers.take(reply)[0]

    told = {"verdict": answer.verdict, "said": answer.said, "is_kept": is_kept}
    logger.info("hook answered", extra={"hook": given.key, **told})
    return {**told, "page": is_restored and answer.verdict not in given.passes}
