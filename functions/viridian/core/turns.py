"""Deployments of one service that wait for its lease, in the order in which they began to wait.

Each is an execution that waits on a token, which costs nothing; the tokens are in the lease's item,
under when it began to wait and its id. The guardian, who hears of every execution's end, and looks
every minute in case he does not, calls the first one when the lease is to be had. It then asks for
the lease again, under the turn that it had, so one that was called too early goes to its old place.
"""

from collections.abc import Mapping

from viridian.core.errors import LeaseHeld, TurnAwaited
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


def told_of(held: LeaseHeld, lease: Lease, turn: str | None, on_busy: str) -> Exception:
    """What a deployment is told that found the lease held: that, or as which number it waits.

    A split that a person has to make whole is nobody's turn.
    """
    is_split = lease.deployment_id is None and lease.candidate_percent > 0
    if on_busy not in QUEUES or is_split:
        return held
    place = 1 + (0 if on_busy in DISMISSES else len(before(lease, turn)))
    return TurnAwaited(f"{held}; it waits for its turn, as number {place}")


def require_lease(lease: Lease, deployment_id: str, on_busy: str) -> str:
    """How a deployment that comes now would get it; raises what it would be told otherwise:
    LeaseHeld, StandbyClosing or TurnAwaited.
    """
    try:
        require_turn(lease, deployment_id, None)
        if not lease.is_to_be_had:
            lease.require_held_by(deployment_id)
    except LeaseHeld as held:
        raise told_of(held, lease, None, on_busy) from held
    is_standby = lease.deployment_id is not None
    return f"the standby of {lease.deployment_id} ends for it" if is_standby else "nobody holds it"
