"""The lease: the right to change one service's traffic, as one item of the deployments table.

    LEASE  SERVICE#<service>
        fence              grows by 1 with every holder, and again when one lets go or is taken over
        candidate_percent  the share of the last move that was allowed; 0 once traffic is whole
        moved_by           whose move that was; both outlive the holder
        deployment_id      the holder: in its deployment's execution, then in that of its standby
        phase              deploying, standby, closing (its standby shall end), held (a person acts)
        acquired_at        since when
        watched_alarms     whose firing is a breach
        first_shifted_at   epoch seconds; what an alarm saw before it is not the candidate's doing
        breach             the first one; it closes the gate to forward moves
        paused             by whom and why it shall not go forward
        pause_ends         until when (Unix time), counted from its first pause
        hurried_percent    the steps up to this share end without the rest of their bake
        changed_by         who else wrote the production rule meanwhile, and when (by CloudTrail)
        waits              tokens by what ends the wait: `watch`, or the fleet that gets steady
        hooks              what its hooks and approvals were asked, and answered: by `core/hook.py`
        unheard            whether something was said that the holder has not looked at yet
        turns              tokens of the deployments that wait for the lease, by `core/turns.py`

All leases are one partition, so that a watchdog finds them with one Query. One item holds all that
must change together. Every write is conditional, so one that comes twice or late changes nothing.
DynamoDB judges the condition first, then `Lease` says why it was refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from viridian.core.errors import (
    CandidateBreached,
    DeploymentPaused,
    FenceStale,
    LeaseHeld,
    LeaseReleased,
    StandbyClosing,
)


@dataclass(frozen=True)
class Write:
    """A conditional write, as DynamoDB's UpdateExpression and ConditionExpression."""

    update: str
    condition: str


_OWN = "fence = :fence AND deployment_id = :id"
_OPEN = "attribute_not_exists(breach)"
_GOING = "attribute_not_exists(paused)"
_SEEN = "deployment_id = :id AND fence = :fence AND phase = :phase"
_CLOSE = "breach = if_not_exists(breach, :breach)"
_LET_GO = (
    "REMOVE deployment_id, phase, acquired_at, watched_alarms, first_shifted_at, breach, waits, "
    "paused, pause_ends, hurried_percent, changed_by, hooks, unheard ADD fence :one"
)
_FORWARD = "SET candidate_percent = :percent, moved_by = :id, watched_alarms = :alarms"

ACQUIRE = Write(
    "SET deployment_id = :id, phase = :phase, acquired_at = :now, watched_alarms = :alarms, "
    "waits = :none, hooks = :unasked, turns = if_not_exists(turns, :nobody) "
    "ADD fence :one REMOVE breach, first_shifted_at, changed_by",
    "attribute_not_exists(deployment_id) "
    "AND (attribute_not_exists(candidate_percent) OR candidate_percent = :zero)",
)
"""What is set into `waits`, `hooks` or `turns` needs them to be there: here they begin empty."""
AUTHORISE_FORWARD = Write(
    f"{_FORWARD}, first_shifted_at = if_not_exists(first_shifted_at, :now)",
    f"{_OWN} AND {_OPEN} AND ({_GOING} OR candidate_percent = :percent)",
)
"""A move that was allowed before a pause is finished."""
OPEN_STANDBY = Write(
    f"{_FORWARD}, phase = :phase", f"{_OWN} AND {_OPEN} AND ({_GOING} OR phase = :phase)"
)
CLOSE_STANDBY = Write("SET phase = :phase", f"phase = :standby AND {_GOING}")
AUTHORISE_BACK = Write(
    "SET moved_by = :id",
    f"({_OWN}) OR "
    "(attribute_not_exists(deployment_id) AND moved_by = :id AND candidate_percent > :zero)",
)
"""A lease that is nobody's does not keep traffic from live: whoever split it may take it back."""
AUTHORISE_BACK_FROM_BREACH = Write(f"{AUTHORISE_BACK.update}, {_CLOSE}", AUTHORISE_BACK.condition)
WHOLE = Write("SET candidate_percent = :zero", "moved_by = :id")
RECORD_BREACH = Write(
    f"SET {_CLOSE}",
    "attribute_exists(deployment_id) AND contains(watched_alarms, :alarm) "
    "AND (attribute_not_exists(first_shifted_at) OR first_shifted_at <= :seen_at)",
)
RECORD_CHANGE = Write(
    "SET changed_by = :by",
    "attribute_exists(deployment_id) AND (attribute_not_exists(changed_by) OR changed_by < :by)",
)
"""The newest; one that comes twice, or after a newer one, changes nothing."""
AWAIT_CANDIDATE = Write("SET waits.#fleet = :token", f"{_OWN} AND {_OPEN}")
WATCH = Write("SET waits.watch = :token", f"{_OWN} AND {_OPEN} AND phase <> :closing")
TAKE_OVER = Write(f"SET {_CLOSE} ADD fence :one", f"{_OWN} AND phase <> :held")
"""By the guardian: whatever of the former execution is still on its way finds its fence stale."""
TAKE_OVER_STANDBY = Write("ADD fence :one", f"{TAKE_OVER.condition} AND {_OPEN}")
"""The same where a promotion stands: the gate stays open, and a breach meanwhile is not missed."""
CLOSE_GATE = Write(f"SET {_CLOSE}", _SEEN)
"""This and the next three by a person, of a lease that is still as it was seen."""
PAUSE = Write(
    "SET paused = if_not_exists(paused, :paused), pause_ends = if_not_exists(pause_ends, :ends)",
    _SEEN,
)
RESUME = Write("SET unheard = :true REMOVE paused", _SEEN)
HURRY = Write("SET hurried_percent = :percent", _SEEN)
ASK = Write("SET hooks.#hook = :asked", f"{_OWN} AND {_OPEN} AND attribute_not_exists(hooks.#hook)")
ANSWER = Write(
    "SET hooks.#hook.verdict = :verdict, hooks.#hook.said = :said, unheard = :true",
    "deployment_id = :id AND attribute_exists(hooks.#hook) "
    "AND attribute_not_exists(hooks.#hook.verdict)",
)
"""The first answer stays; whose fence it is does not matter, a standby is taken over with it."""
HEAR = Write("REMOVE unheard", _OWN)
HOLD = Write("SET phase = :held", _OWN)
RELEASE = Write(f"SET candidate_percent = :zero {_LET_GO}", _OWN)
GIVE_BACK = Write(_LET_GO, "deployment_id = :id")
"""By a person, whatever the traffic is: unlike a release it does not say that it is whole."""

AWAIT_WORD = Write(WATCH.update, f"{WATCH.condition} AND attribute_not_exists(unheard)")
"""Nothing else wakes who has no traffic to watch: what was said before the token was kept is not
missed."""

IN_USE = "attribute_exists(deployment_id) OR (attribute_exists(turns) AND size(turns) > :zero)"
"""Somebody holds it, or waits for it."""
AWAIT_TURN = Write("SET turns.#turn = :token", IN_USE)
"""Not while the lease is free and nobody waits: then it can be taken."""
END_TURN = Write("REMOVE turns.#turn", "attribute_exists(turns)")


def lease_key(service: str) -> dict[str, str]:
    """The key of the service's item."""
    return {"pk": "LEASE", "sk": f"SERVICE#{service}"}


@dataclass(frozen=True)
class Holder:
    """Who says that a service's lease is theirs."""

    service: str
    deployment_id: str
    fence: int


@dataclass(frozen=True)
class Lease:
    """What the item says; one that was never held has fence 0, one given back has no holder."""

    service: str
    fence: int = 0
    deployment_id: str | None = None
    phase: str | None = None
    acquired_at: str | None = None
    watched_alarms: tuple[str, ...] = ()
    first_shifted_at: int | None = None
    candidate_percent: int = 0
    moved_by: str | None = None
    breach: str | None = None
    paused: str | None = None
    pause_ends: int | None = None
    hurried_percent: int = 0
    changed_by: str | None = None
    waits: Mapping[str, str] = field(default_factory=dict)
    turns: Mapping[str, str] = field(default_factory=dict)
    hooks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unheard: bool = False

    @classmethod
    def from_item(cls, service: str, item: Mapping[str, Any]) -> "Lease":
        """From the item's values as Python has them; `item` is empty when there is none."""
        first_shifted_at = item.get("first_shifted_at")
        return cls(
            service,
            fence=int(item.get("fence", 0)),
            deployment_id=item.get("deployment_id"),
            phase=item.get("phase"),
            acquired_at=item.get("acquired_at"),
            watched_alarms=tuple(item.get("watched_alarms", ())),
            first_shifted_at=None if first_shifted_at is None else int(first_shifted_at),
            candidate_percent=int(item.get("candidate_percent", 0)),
            moved_by=item.get("moved_by"),
            breach=item.get("breach"),
            paused=item.get("paused"),
            pause_ends=None if (ends := item.get("pause_ends")) is None else int(ends),
            hurried_percent=int(item.get("hurried_percent", 0)),
            changed_by=item.get("changed_by"),
            waits=item.get("waits", {}),
            turns=item.get("turns", {}),
            hooks=item.get("hooks", {}),
            unheard=item.get("unheard", False),
        )

    def require_held_by(self, deployment_id: str) -> None:
        """Raise when an acquisition did not succeed.

        StandbyClosing while the holder's standby ends in favour of this one, LeaseHeld when another
        deployment runs, or left a split that nobody has made whole.
        """
        if self.deployment_id == deployment_id:
            return
        if self.phase == "closing":
            raise StandbyClosing(f"{self.service}: the standby of {self.deployment_id} still ends")
        if self.deployment_id is None:
            raise LeaseHeld(
                f"{self.service}: {self.moved_by} left {self.candidate_percent} % of the traffic "
                "with its candidate; make it whole, then deploy again (docs/runbook.md)"
            )
        if self.phase == "standby" and self.paused is not None:
            raise LeaseHeld(
                f"{self.service}: the standby of {self.deployment_id} is {self.paused}; resume it, "
                "then deploy again"
            )
        raise LeaseHeld(
            f"{self.service}: {self.deployment_id} holds the lease since {self.acquired_at}; "
            "wait for its end, then deploy again (if it no longer runs: docs/runbook.md)"
        )

    def require_own(self, holder: Holder) -> None:
        """Raise FenceStale when a newer deployment leads, LeaseReleased when nobody does."""
        if self.deployment_id is None and self.fence > 0:
            raise LeaseReleased(f"{self.service}: the lease is no longer {holder.deployment_id}'s")
        if not self._is_of(holder):
            raise self._stale(holder)

    def require_open(self, holder: Holder) -> None:
        """Raise when no forward move may be made: as `require_own`, or CandidateBreached."""
        self.require_own(holder)
        if self.breach is not None:
            raise CandidateBreached(self.breach)

    def require_forward(self, holder: Holder, *, is_allowed: bool) -> None:
        """As `require_open`, or raise DeploymentPaused unless the move was allowed before."""
        self.require_open(holder)
        if self.paused is not None and not is_allowed:
            raise DeploymentPaused(f"{self.service}: {self.paused}")

    def require_may_restore(self, holder: Holder) -> None:
        """Raise FenceStale unless it is this deployment's, or nobody's and the split is its."""
        is_left_split = self.moved_by == holder.deployment_id and self.candidate_percent > 0
        if not self._is_of(holder) and not (self.deployment_id is None and is_left_split):
            raise self._stale(holder)

    def watches(self, alarm: str, *, seen_at: int) -> bool:
        """Whether a deployment holds it to which this alarm is a breach, by what it saw then."""
        is_watched = self.deployment_id is not None and alarm in self.watched_alarms
        return is_watched and (self.first_shifted_at is None or self.first_shifted_at <= seen_at)

    def _is_of(self, holder: Holder) -> bool:
        return (self.deployment_id, self.fence) == (holder.deployment_id, holder.fence)

    def _stale(self, holder: Holder) -> FenceStale:
        return FenceStale(
            f"{self.service}: wanted fence {holder.fence} of {holder.deployment_id}, found "
            f"{self.fence} of {self.deployment_id or 'nobody'}; another leads"
        )

    @property
    def is_to_be_had(self) -> bool:
        """Whether the next deployment can take it: nobody holds it, or a standby would end."""
        if self.deployment_id is None:
            return self.candidate_percent == 0
        return self.phase == "standby" and self.paused is None

    @property
    def is_hurried(self) -> bool:
        """Whether a person ended the bake of the step that it is in."""
        return 0 < self.candidate_percent <= self.hurried_percent

    @property
    def watch(self) -> str | None:
        """The token that ends its bake, or its soak."""
        return self.waits.get("watch")
