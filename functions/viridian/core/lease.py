"""The lease: the right to change one service's traffic, as one item of the deployments table.

    SERVICE#<service>  LEASE
        fence              grows by 1 with every holder; outlives them, so that it only grows
        candidate_percent  the share of the last move that was allowed; outlives them too
        deployment_id      the holder
        acquired_at        since when
        watched_alarms     whose firing is a breach
        breach             the first one; it closes the gate to forward moves
        waits              tokens by what ends the wait: `bake`, or the fleet that gets steady

One item holds all that must change together. Every write is conditional, so one that comes twice
or late changes nothing. DynamoDB judges the condition first, then `Lease` says why it was refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from viridian.core.errors import CandidateBreached, FenceStale, LeaseHeld, LeaseReleased


@dataclass(frozen=True)
class Write:
    """A conditional write, as DynamoDB's UpdateExpression and ConditionExpression."""

    update: str
    condition: str


_OWN = "fence = :fence AND deployment_id = :id"
_OPEN = "attribute_not_exists(breach)"
_CLOSE = "breach = if_not_exists(breach, :breach)"

ACQUIRE = Write(
    "SET deployment_id = :id, acquired_at = :now, watched_alarms = :alarms, waits = :none "
    "ADD fence :one REMOVE breach",
    "attribute_not_exists(deployment_id)",
)
"""A token is set into `waits`, which must be there by then: here it begins empty."""
AUTHORISE_FORWARD = Write(
    "SET candidate_percent = :percent, watched_alarms = :alarms",
    f"fence = :fence AND attribute_exists(deployment_id) AND {_OPEN}",
)
AUTHORISE_BACK = Write("SET candidate_percent = :percent", "fence = :fence")
AUTHORISE_BACK_FROM_BREACH = Write(f"{AUTHORISE_BACK.update}, {_CLOSE}", AUTHORISE_BACK.condition)
RECORD_BREACH = Write(
    f"SET {_CLOSE}", "attribute_exists(deployment_id) AND contains(watched_alarms, :alarm)"
)
AWAIT_CANDIDATE = Write("SET waits.#fleet = :token", _OWN)
BAKE = Write("SET waits.bake = :token", f"{_OWN} AND {_OPEN}")
RELEASE = Write(
    "REMOVE deployment_id, acquired_at, watched_alarms, breach, waits", "deployment_id = :id"
)


def lease_key(service: str) -> dict[str, str]:
    """The key of the service's item."""
    return {"pk": f"SERVICE#{service}", "sk": "LEASE"}


@dataclass(frozen=True)
class Lease:
    """What the item says; one that was never held has fence 0, one given back has no holder."""

    service: str
    fence: int = 0
    deployment_id: str | None = None
    acquired_at: str | None = None
    watched_alarms: tuple[str, ...] = ()
    candidate_percent: int = 0
    breach: str | None = None
    waits: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_item(cls, service: str, item: Mapping[str, Any]) -> "Lease":
        """From the item's values as Python has them; `item` is empty when there is none."""
        return cls(
            service,
            fence=int(item.get("fence", 0)),
            deployment_id=item.get("deployment_id"),
            acquired_at=item.get("acquired_at"),
            watched_alarms=tuple(item.get("watched_alarms", ())),
            candidate_percent=int(item.get("candidate_percent", 0)),
            breach=item.get("breach"),
            waits=item.get("waits", {}),
        )

    def require_free_for(self, deployment_id: str) -> None:
        """Raise LeaseHeld, naming the holder, when it is another deployment's."""
        if self.deployment_id not in (None, deployment_id):
            raise LeaseHeld(
                f"{self.service}: {self.deployment_id} holds the lease since {self.acquired_at}; "
                "wait for its end, then deploy again (if it no longer runs: docs/runbook.md)"
            )

    def require_fence(self, fence: int) -> None:
        """Raise FenceStale when a newer deployment leads; whose lease was given back may go on."""
        if not 0 < self.fence == fence:
            raise FenceStale(
                f"{self.service}: wanted fence {fence}, found {self.fence}; "
                "another deployment leads"
            )

    def require_open(self, fence: int) -> None:
        """Raise when no forward move may be made.

        FenceStale when a newer deployment leads, LeaseReleased when nobody holds the lease,
        CandidateBreached when a breach is recorded.
        """
        self.require_fence(fence)
        if self.deployment_id is None:
            raise LeaseReleased(
                f"{self.service}: the lease was given back while this deployment ran"
            )
        if self.breach is not None:
            raise CandidateBreached(self.breach)

    def watches(self, alarm: str) -> bool:
        """Whether a deployment holds it to which this alarm is a breach."""
        return self.deployment_id is not None and alarm in self.watched_alarms

    @property
    def bake(self) -> str | None:
        """The token that ends its bake."""
        return self.waits.get("bake")
