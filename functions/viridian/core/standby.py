"""The standby window: after a promotion the former live is kept whole, one weight away.

The slices between two looks double, so two days cost a dozen looks, and should an alarm's event be
lost, a breach is seen within as long again as the release has been watched without one.
"""

from dataclasses import dataclass
from enum import StrEnum

from viridian.core.evidence.alarms import AlarmStates
from viridian.core.lease import Holder, Lease

SHORTEST_LOOK_SECONDS = 60
SCALED_LOOK_SECONDS = 300
"""Of a service that grows by itself: its way back has to grow with it."""


class StandbyNext(StrEnum):
    """What the standby machine does after a look."""

    WATCH = "Watch"
    RETIRE = "Retire"
    RESTORE = "Restore"


@dataclass(frozen=True)
class Look:
    """What follows from a look; `failure` is how the standby ends if traffic goes back."""

    next: StandbyNext
    watch_seconds: int
    reason: str

    @property
    def failure(self) -> dict[str, str]:
        return {"Error": "CandidateBreached", "Cause": self.reason}


def look(
    lease: Lease,
    holder: Holder,
    alarms: AlarmStates,
    *,
    watched_seconds: float,
    window: int,
    kept_seconds: float = 0,
    is_scaled: bool = False,
) -> Look:
    """Look at a release that is live: a breach goes back, an ended window lets the standby go,
    though not before a person does.

    Raises FenceStale or LeaseReleased when the lease is no longer this deployment's.
    """
    lease.require_own(holder)
    remaining = max(window - watched_seconds, kept_seconds)
    if lease.breach is not None:
        return Look(StandbyNext.RESTORE, 0, lease.breach)
    if alarms.firing:
        return Look(StandbyNext.RESTORE, 0, f"in ALARM: {', '.join(alarms.firing)}")
    if lease.phase == "closing" or remaining < 1:
        return Look(StandbyNext.RETIRE, 0, "no breach")
    wanted = max(SHORTEST_LOOK_SECONDS, watched_seconds)
    if is_scaled:
        wanted = min(wanted, SCALED_LOOK_SECONDS)
    return Look(StandbyNext.WATCH, round(min(wanted, remaining)), "no breach")
