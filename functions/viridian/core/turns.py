"""Deployments of one service that wait for its lease, in the order in which they began to wait.

Each is an execution that waits on a token, which costs nothing; the tokens are in the lease's item,
under when it began to wait and its id. The guardian, who hears of every execution's end, and looks
every minute in case he does not, calls the first one when the lease is to be had. It then asks for
the lease again, under the turn that it had, so one that was called too early goes to its old place.
"""

from collections.abc import Mapping

from viridian.core.errors import LeaseHeld
from viridian.core.lease import Lease

QUEUES = ("queue", "queue_latest", "supersede")
"""Of `on_busy`: those that wait."""
DISMISSES = ("queue_latest", "supersede")
"""Those that send away who waited before."""


def turn_of(deployment_id: str, waits_since: str) -> str:
    """Where it stands, since when (ISO 8601): turns sort as they come."""
    return f"{waits_since}#{deployment_id}"


def id_of(turn: str) -> str:
    """Whose turn it is."""
    return turn.partition("#")[2]


def before(lease: Lease, turn: str | None) -> Mapping[str, str]:
    """The turns before one, the first to come first; all of them for one that has none yet."""
    return {t: lease.turns[t] for t in sorted(lease.turns) if turn is None or t < turn}


def require_turn(lease: Lease, deployment_id: str, turn: str | None) -> None:
    """Raise LeaseHeld while others wait for the lease before it; its holder waits for nobody."""
    if lease.deployment_id == deployment_id:
        return
    if ahead := [id_of(each) for each in before(lease, turn)]:
        raise LeaseHeld(f"{lease.service}: {', '.join(ahead)} waits for the lease before it")
