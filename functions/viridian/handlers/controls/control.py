"""Control: what a person asks of a deployment, or of all of them.

Whoever may invoke this function may control. It moves no traffic: it writes the lease, where every
look and every move of the deployment finds it, and ends the deployment's wait.
"""

import time
from collections.abc import Callable
from typing import Any

from viridian.adapters.commands import Commands
from viridian.adapters.executions import Executions
from viridian.adapters.leases import Leases
from viridian.adapters.records import Records
from viridian.core.control import Action, Control
from viridian.core.hold import Stop
from viridian.core.order import Order, Wake, way_back
from viridian.core.record import controlled
from viridian.runtime import environment
from viridian.runtime.telemetry import logger

table_leases = Leases.from_session(environment.table())
table_records = Records.from_session(environment.table())
account_executions = Executions.from_session()


@logger.inject_lambda_context(clear_state=True)
def handler(
    event: dict[str, Any],
    context: Any,
    leases: Leases = table_leases,
    records: Records = table_records,
    executions: Executions = account_executions,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer whether it changed anything, what it did and what comes next, in words."""
    control, request = Control.from_dict(event), str(context.aws_request_id)
    if control.service is None:
        told = _everything(
            control, Stop(int(now()), control.by, control.reason, request), leases, executions
        )
    else:
        commands = Commands(leases, executions)
        made, lease = commands.obey(control, control.service, now())
        told = _told(made, is_woken=commands.wake(made, lease))
        if made.write is not None:
            records.add_control(controlled(control, lease, at=now(), request_id=request))
        if control.action == Action.ROLLBACK and lease.deployment_id is None:
            told |= way_back(control.service, *records.last_two(control.service))

    asked = {"action": control.action, "service_name": control.service, "by": control.by}
    logger.info("control asked", extra={**asked, "changed": told["changed"], "did": told["did"]})
    return told


def _everything(
    control: Control, told: Stop, leases: Leases, executions: Executions
) -> dict[str, Any]:
    woken = 0
    if control.action == Action.STOP:
        is_changed = leases.stop_all(told)
        did = "everything is stopped" if is_changed else f"{leases.stop()}; nothing was changed"
        then = "No deployment begins or goes forward; what goes back goes back. go ends it."
    else:
        is_changed = leases.go(told)
        did = "the stop is ended" if is_changed else "nothing was stopped; nothing was changed"
        then = "Each deployment looks again, and goes on when what is seen of it allows."
        waits = [lease.watch for lease in leases.in_use() if lease.watch is not None]
        woken = sum(executions.succeed(token) for token in waits)
    return {"changed": is_changed, "woken": woken > 0, "did": did, "next": then}


def _told(made: Order, *, is_woken: bool) -> dict[str, Any]:
    is_late = made.wake is not Wake.NO and not is_woken
    when = " It sees this when what it does now is over." if is_late else ""
    return {
        "changed": made.write is not None,
        "woken": is_woken,
        "did": made.did,
        "next": made.next + when,
    }
