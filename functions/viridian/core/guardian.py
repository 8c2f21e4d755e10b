"""The guardian: what becomes of a lease whose holder runs no more.

An execution that is stopped, passes its time limit or reaches the end of its history passes no
Catch: what it split stays split, and its lease is held for ever. So somebody outside looks, when
Step Functions tells of such an ending (at most once, says AWS) and every minute besides:

    a lease is held, not for a person, and no execution of its deployment runs
        -> take it over under the next fence, and have the standby machine go on from `entry`

The machine ends the lease itself while it runs, so there is no moment in which both act. All of it
may happen twice: a take-over is a write on the fence that was read, so of two guardians one has it;
if its start gets lost, the next look finds the lease held and nothing running, and takes it over
again. A look may be late or see an old state (DescribeExecution is eventually consistent): taken
over too early, an execution finds its fence stale at its next write, and touches nothing more.

An execution that came to its end and could not record it (RecordEnding failed, or was stopped) is
told of all the same: its ending is then added to the record.

A Standard execution is never silent: each of its states has a time limit, and so has it as a whole.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Any

from viridian.core.ending import ENDINGS
from viridian.core.errors import RestoreUnverified
from viridian.core.execution import NAME, Execution
from viridian.core.lease import Lease
from viridian.core.record import END_STANDBY_UNSAID, END_UNSAID, Kept, Unsaid
from viridian.core.service.settings import SERVICE_NAME
from viridian.core.sides import Production

MOST_LEASES = 500
"""Looked at in one minute. One that is well costs one DescribeExecution, at most four: with 500 in
a minute some 8 a second, and AWS gives an account 15 (us-east-1, us-west-2 and eu-west-1; elsewhere
10, which is 600 a minute)."""
LONGEST_NAME = 80


class Machine(StrEnum):
    """Whose execution it is."""

    DEPLOY = "deploy"
    STANDBY = "standby"


class Entry(StrEnum):
    """Where the standby machine goes on for a deployment that was stopped."""

    SOAK = "soak"
    RESTORE = "restore"
    RELEASE = "release"


def in_turn(held: Sequence[Lease], *, minute: int) -> Sequence[Lease]:
    """Those that are looked at in this minute: all of them, or each in its turn."""
    rounds = ceil(len(held) / MOST_LEASES) or 1
    return held[minute % rounds :: rounds]


def guardian_name(deployment_id: str, fence: int) -> str:
    """The execution that a guardian starts when it has taken the lease over under this fence."""
    suffix = f"-guardian-{fence}"
    return f"{deployment_id[: LONGEST_NAME - len(suffix)]}{suffix}"


def executions_of(lease: Lease) -> tuple[tuple[Machine, str], ...]:
    """Those that may act for the holder, in the order to look: who starts another ends after it.

    First the one that most likely runs; a standby once more after the deployment that opens it.
    """
    holder = str(lease.deployment_id)
    passed_on = (
        (Machine.DEPLOY, holder),
        (Machine.STANDBY, holder),
        (Machine.STANDBY, guardian_name(holder, lease.fence)),
    )
    return passed_on if lease.phase == "deploying" else ((Machine.STANDBY, holder), *passed_on)


def concerns(lease: Lease, execution_name: str) -> bool:
    """Whether an execution of that name acts, or acted, for the lease's holder."""
    return execution_name in {name for _, name in executions_of(lease)}


@dataclass(frozen=True)
class TakeOver:
    """How to go on for a holder that was stopped, and why."""

    entry: Entry
    kept: Kept
    cause: str
    promoted_at: str | None

    @property
    def breach(self) -> str | None:
        """What closes the gate; a promotion that stands leaves it open."""
        return None if self.entry is Entry.SOAK else self.cause

    @property
    def ending(self) -> str:
        """How the deployment ended, should its own machine not have said so."""
        return "DeploymentPromoted" if self.entry is Entry.SOAK else "DeploymentStopped"

    def request(self, fence: int) -> dict[str, Any]:
        """What the standby machine is started with."""
        return {
            "entry": self.entry,
            "deployment": self.kept.deployment,
            "sides": self.kept.sides,
            "fence": fence,
            "promoted_at": self.promoted_at,
            "cause": self.cause,
        }


def take_over(
    lease: Lease, kept: Kept | None, production: Production | None, seen: Iterable[Execution]
) -> TakeOver:
    """How to go on for a holder that was stopped; raises RestoreUnverified if nobody knows.

    Before its sides were inspected it touched nothing. A promotion stands, and is watched on, if
    it is recorded and no breach is. Everything else goes back: also what ended by itself and could
    not let go, since a restore of what is whole changes nothing.
    """
    if kept is None or (kept.sides is None and lease.candidate_percent > 0):
        raise RestoreUnverified(
            f"{lease.service}: nothing is kept of {lease.deployment_id}, which holds the lease and "
            "does not run; see DeploymentRefused in docs/runbook.md"
        )
    cause = "; ".join(dict.fromkeys(map(str, seen))) or "no execution of it runs"
    if kept.sides is None:
        return TakeOver(Entry.RELEASE, kept, cause, None)
    its_own = production if production and production.deployment_id == lease.deployment_id else None
    if its_own and lease.phase != "deploying" and lease.breach is None:
        return TakeOver(Entry.SOAK, kept, cause, its_own.promoted_at)
    return TakeOver(Entry.RESTORE, kept, cause, None)


def unsaid(
    machine: Machine, found: Execution, production: Callable[[str], Production | None]
) -> Unsaid | None:
    """The ending of an execution, for a record that lacks it; None while there is none to tell.

    By its own error where that names an ending. A deployment without one was promoted if it is what
    is recorded as live. Anything else had no lease, and touched nothing, or it is taken over, and
    its ending is still to come; it may be redriven, and then ends as that ends.
    """
    is_standby = machine is Machine.STANDBY
    asked = found.request.get("deployment") if is_standby else found.request
    given: Any = asked if isinstance(asked, Mapping) else {}
    service, deployment_id = given.get("service"), given.get("id") if is_standby else found.name
    if not (found.is_over and SERVICE_NAME.take(service) and NAME.take(deployment_id)):
        return None
    ending, write = found.error, END_STANDBY_UNSAID if is_standby else END_UNSAID
    if found.status == "SUCCEEDED":
        ending = "StandbyRetired" if is_standby else "DeploymentPromoted"
    elif ending not in ENDINGS:
        live = None if is_standby else production(service)
        if live is None or live.deployment_id != deployment_id:
            return None
        ending = "DeploymentPromoted"
    return Unsaid(service, deployment_id, write, str(ending), found.cause or str(found))
