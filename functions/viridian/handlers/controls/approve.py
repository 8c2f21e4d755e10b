"""Approve: what a person answers to what a deployment asks.

Whoever may invoke this function may answer: it is a right of its own, apart from that to deploy and
that to control. It moves no traffic: the deployment finds the answer, and looks again for itself.
"""

import time
from collections.abc import Callable
from typing import Any

from viridian.adapters.answers import Answers
from viridian.adapters.executions import Executions
from viridian.adapters.leases import Leases
from viridian.adapters.records import Records
from viridian.core.approval import UNCHANGED, Approval
from viridian.core.hook import Reply
from viridian.core.record import moment
from viridian.runtime import environment
from viridian.runtime.telemetry import logger

table_answers = Answers(
    Leases.from_session(environment.table()),
    Records.from_session(environment.table()),
    Executions.from_session(),
)


@logger.inject_lambda_context(clear_state=True)
def handler(
    event: dict[str, Any],
    context: Any,
    answers: Answers = table_answers,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer whether it counts, what it did, and what is kept, in words."""
    approval, request = Approval.from_dict(event), str(context.aws_request_id)
    lease = answers.leases.get(approval.service)
    key, hindrance = approval.key_in(lease)
    if hindrance:
        return {"changed": False, "did": hindrance}
    holder = str(lease.deployment_id)
    is_kept, lease = answers.take(
        Reply(approval.service, holder, key, approval.said, approval.by, moment(now()), request)
    )
    did = f"{holder}: {key} is answered: {approval.answer}"
    if not is_kept:
        kept = lease.hooks.get(key, {}) if lease.deployment_id == holder else {}
        did = f"{holder}: {key} was answered before ({kept.get('said', 'it is over')}); {UNCHANGED}"

    asked = {"answer": approval.answer, "service_name": approval.service, "by": approval.by}
    logger.info("approval given", extra={**asked, "hook": key, "changed": is_kept})
    return {"changed": is_kept, "did": did}
