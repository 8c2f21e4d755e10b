"""AcquireLease: take the right to change this service's traffic; one deployment has it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from viridian.adapters.commands import Commands
from viridian.adapters.executions import Executions
from viridian.adapters.leases import Leases
from viridian.core.control import Action, Control
from viridian.core.errors import DeploymentSuperseded, LeaseHeld
from viridian.core.hold import require_may_begin
from viridian.core.lease import Lease
from viridian.core.turns import DISMISSES, before, require_turn, told_of, turn_of
from viridian.runtime import environment
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

account_executions = Executions.from_session()
table_leases = Leases.from_session(environment.table())


@dataclass(frozen=True)
class Input:
    """From here on these alarms are watched; `now` is ISO 8601, and so is since when it waits for
    its turn, empty when it does not yet. `on_busy` is as in the service file.
    """

    service: str
    deployment_id: str
    watched_alarms: tuple[str, ...]
    now: str
    waits_since: str
    on_busy: str

    @property
    def turn(self) -> str | None:
        """Where it stands among those that wait."""
        return turn_of(self.deployment_id, self.waits_since) if self.waits_since else None


@invocation(Input)
def handler(
    given: Input,
    leases: Leases = table_leases,
    executions: Executions = account_executions,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer with the fence number. A standby that is still watched is asked to end: raises
    StandbyClosing until it has. Raises EverythingStopped while that is so, and TurnAwaited where
    another deployment is first and this one is to wait.
    """
    lease = leases.get(given.service)
    require_may_begin(lease, leases.stop(), given.deployment_id)
    try:
        require_turn(lease, given.deployment_id, given.turn)
        if token := leases.close_standby(given.service):
            executions.succeed(token)
        fence = leases.acquire(
            given.service,
            given.deployment_id,
            now=given.now,
            watched_alarms=given.watched_alarms,
        )
    except LeaseHeld as held:
        lease = leases.get(given.service)
        told = told_of(held, lease, given.turn, given.on_busy)
        if told is held:
            raise
        make_room(given, lease, leases, executions, now())
        logger.info("turn awaited", extra={"why": str(told)})
        raise told from held

    logger.info("lease acquired", extra={"fence": fence})
    return {"fence": fence}


def make_room(
    given: Input, lease: Lease, leases: Leases, executions: Executions, now: float
) -> None:
    """Send away, or back, those that it comes instead of."""
    if given.on_busy in DISMISSES:
        for turn, token in before(lease, given.turn).items():
            reason = f"{given.service}: {given.deployment_id} came after it"
            executions.fail(token, DeploymentSuperseded.__name__, reason)
            leases.end_turn(given.service, turn)
    if given.on_busy == "supersede" and lease.phase == "deploying":
        by, reason = "a newer release", f"superseded by {given.deployment_id}"
        asked = Control(Action.ABORT, by, reason, given.service, lease.deployment_id)
        commands = Commands(leases, executions)
        commands.wake(*commands.obey(asked, given.service, now))
