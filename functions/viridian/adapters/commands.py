"""Commands to a deployment in progress: written into its lease, then its wait is ended."""

from dataclasses import dataclass

from viridian.adapters.executions import Executions
from viridian.adapters.leases import Leases
from viridian.core.control import Control
from viridian.core.errors import DeploymentAborted
from viridian.core.lease import Lease
from viridian.core.order import Order, Wake, order

TRIES = 3
"""A lease that changes under two commands is not likely, under three not real."""


@dataclass(frozen=True)
class Commands:
    """Commands move no traffic: every look and every move of the deployment finds them."""

    leases: Leases
    executions: Executions

    def obey(self, control: Control, service: str, now: float) -> tuple[Order, Lease]:
        """The order that was carried out, and the lease as it is since then."""
        lease = self.leases.get(service)
        for _ in range(TRIES):
            decided = order(control, lease, self.leases.stop(), now=now)
            if decided.write is None:
                return decided, lease
            is_made, lease = self.leases.change(lease, decided.write, decided.values)
            if is_made:
                return decided, lease
        return Order("its lease changes again and again; nothing was changed", "Ask again."), lease

    def wake(self, made: Order, lease: Lease) -> bool:
        """End the deployment's wait, whichever it is in; the lease is written by then."""
        if made.wake is Wake.LOOK:
            return lease.watch is not None and self.executions.succeed(lease.watch)
        if made.wake is Wake.GO_BACK:
            error, breach = DeploymentAborted.__name__, lease.breach or made.did
            return any(self.executions.fail(t, error, breach) for t in lease.waits.values())
        return False
