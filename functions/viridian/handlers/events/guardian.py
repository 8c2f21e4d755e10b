"""Guardian: have the traffic made whole of a deployment whose execution was stopped.

Called when Step Functions tells that an execution ended, for the lease that it concerns, and every
minute for all. The event proves nothing: the executions are looked at. Each time those are called
that wait for a lease which is to be had.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from viridian.adapters.executions import Executions
from viridian.adapters.leases import Leases
from viridian.adapters.records import Records
from viridian.core.errors import EventInvalid, RestoreUnverified
from viridian.core.event import TIME, said, text
from viridian.core.execution import NAME, Execution
from viridian.core.guardian import (
    Machine,
    concerns,
    executions_of,
    guardian_name,
    in_turn,
    take_over,
    unsaid,
)
from viridian.core.lease import Holder, Lease
from viridian.core.record import Ended
from viridian.core.turns import id_of
from viridian.runtime import environment
from viridian.runtime.telemetry import MetricUnit, logger, metrics

table_leases = Leases.from_session(environment.table())
table_records = Records.from_session(environment.table())
account_executions = Executions.from_session()
machine_arns = {
    Machine.DEPLOY: environment.state_machine_arn(),
    Machine.STANDBY: environment.standby_machine_arn(),
}


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(
    event: dict[str, Any],
    _context: object,
    leases: Leases = table_leases,
    records: Records = table_records,
    executions: Executions = account_executions,
    machines: Mapping[Machine, str] = machine_arns,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer with the deployments taken over, `{id: entry}`; who waits for a lease that is to be
    had is called.

    One that could not be looked at keeps none of the others waiting; the call then fails.
    """
    call = Call.from_event(event, now())
    guardian = Guardian(leases, records, executions, machines, call.at)
    taken: dict[str, str] = {}
    failed = []
    in_use = leases.in_use()
    held = [lease for lease in in_use if lease.deployment_id is not None]
    concerned = {lease.service for lease in due(held, call)}
    for lease in in_use:
        try:
            if lease.service in concerned:
                taken |= guardian.look_after(lease)
            guardian.call_next(lease)
        except Exception:
            logger.exception("lease not looked after", extra={"service_name": lease.service})
            failed.append(lease.service)

    metrics.add_metric("DeploymentsTakenOver", MetricUnit.Count, len(taken))
    if failed:
        raise RestoreUnverified(f"leases not looked after: {', '.join(failed)}")
    if call.execution is not None:
        guardian.record_ending(call.machine, call.execution)
    return taken


@dataclass(frozen=True)
class Call:
    """When it was called (ISO 8601), and of which execution's end it is told, if of one."""

    at: str
    execution: str | None
    machine: str

    @classmethod
    def from_event(cls, event: Any, now: float) -> "Call":
        """Read what the rules hand over; raises EventInvalid.

        Once it is told which execution ended, nothing else keeps its lease from being looked at: a
        time that is none is now (epoch seconds), the machine is asked for after that.
        """
        if not isinstance(event, dict) or "execution" not in event:
            return cls(text(event, "at", TIME), None, "")
        at, clock = said(event, "at"), datetime.fromtimestamp(now, UTC).isoformat()
        machine = said(event, "machine")
        return cls(at if TIME.take(at) else clock, text(event, "execution", NAME), machine)


def due(held: list[Lease], call: Call) -> list[Lease]:
    """Those to look at: what the execution concerns, or all in their turn."""
    if call.execution is not None:
        return [lease for lease in held if concerns(lease, call.execution)]
    minute = int(datetime.fromisoformat(call.at).timestamp() // 60)
    return list(in_turn(held, minute=minute))


@dataclass(frozen=True)
class Guardian:
    """Looks after one lease at a time; `at` is when it was called (ISO 8601)."""

    leases: Leases
    records: Records
    executions: Executions
    machines: Mapping[Machine, str]
    at: str

    def look_after(self, lease: Lease) -> dict[str, str]:
        """Take over what nobody works for; answer with its id and entry.

        Nothing if it runs, or a person must give it back.
        """
        if lease.phase == "held":
            return {}
        seen = []
        for machine, name in executions_of(lease):
            found = self.executions.described(self.machines[machine], name)
            if found is not None and not found.is_over:
                return {}
            seen += [found] if found else []
        return self._take_over(lease, str(lease.deployment_id), seen)

    def call_next(self, lease: Lease) -> None:
        """Call the first of those that wait for a lease that is to be had; one that waits no more,
        since it was stopped, is passed over. Called twice, it asks for the lease once.
        """
        if not lease.is_to_be_had:
            return
        for turn in sorted(lease.turns):
            is_called = self.executions.succeed(lease.turns[turn])
            self.leases.end_turn(lease.service, turn)
            if is_called:
                logger.info("turn called", extra={"deployment": id_of(turn)})
                return

    def _take_over(
        self, lease: Lease, deployment_id: str, seen: Iterable[Execution]
    ) -> dict[str, str]:
        """In this order: what follows a step that got lost is done by the next look, anew.

        A breach that came between the look and the take-over ends a promotion: it is looked at
        again, at once. A lease that another has by now is theirs.
        """
        service = lease.service
        kept, live = self.records.kept(service, deployment_id), self.records.production(service)
        plan = take_over(lease, kept, live, seen)
        holder = Holder(service, deployment_id, lease.fence)
        fence = self.leases.take_over(holder, breach=plan.breach)
        if fence is None:
            found = self.leases.get(service)
            return self.look_after(found) if found.fence == lease.fence else {}
        self.records.end(service, deployment_id, Ended(plan.ending, plan.cause, fence, self.at))
        name, standby = guardian_name(deployment_id, fence), self.machines[Machine.STANDBY]
        self.executions.start(standby, name, plan.request(fence))

        logger.info("deployment taken over", extra={"execution": name, "cause": plan.cause})
        return {deployment_id: plan.entry}

    def record_ending(self, machine_arn: str, name: str) -> None:
        """Add the ending of this execution to the record, should it be missing there.

        Raises EventInvalid when the machine is none of these.
        """
        machine = next((each for each, arn in self.machines.items() if arn == machine_arn), None)
        if machine is None:
            raise EventInvalid("event.machine: must be the ARN of a machine of Viridian's")
        found = self.executions.described(machine_arn, name)
        missing = found and unsaid(machine, found, self.records.production)
        if missing:
            self.records.end_unsaid(missing, at=self.at)
