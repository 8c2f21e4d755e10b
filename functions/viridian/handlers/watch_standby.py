"""WatchStandby: look at a release that was promoted while the former live is still whole.

Where the release grows by auto scaling, the former live, which nobody asks, grows with it.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from viridian.adapters.alarms import Alarms
from viridian.adapters.fleets import fleet_kinds
from viridian.adapters.leases import Leases
from viridian.core.fleet import Fleets, level
from viridian.core.hold import kept_seconds
from viridian.core.lease import Holder
from viridian.core.service.settings import Settings
from viridian.core.sides import Sides
from viridian.core.standby import StandbyNext, look
from viridian.runtime import environment
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

table_leases = Leases.from_session(environment.table())
account_alarms = Alarms.from_session()
account_fleets = fleet_kinds()


@dataclass(frozen=True)
class Input(Holder):
    """The sides of a promotion, its time (ISO 8601), and what the service asks."""

    sides: Sides
    promoted_at: str
    settings: Settings


@invocation(Input)
def handler(
    given: Input,
    leases: Leases = table_leases,
    alarms: Alarms = account_alarms,
    now: Callable[[], float] = time.time,
    fleets: Mapping[str, Fleets] = account_fleets,
) -> dict[str, Any]:
    """Answer with what comes next, the next wait, and how the standby ends if traffic goes back."""
    is_scaled = given.settings.scaling is not None
    lease, read_at = leases.get(given.service), now()
    seen = look(
        lease,
        given,
        alarms.states(given.sides.watched_alarms),
        watched_seconds=read_at - datetime.fromisoformat(given.promoted_at).timestamp(),
        window=given.settings.standby_seconds,
        kept_seconds=kept_seconds(lease, leases.stop(), now=read_at),
        is_scaled=is_scaled,
    )
    if is_scaled and seen.next is StandbyNext.WATCH:
        live, candidate = given.sides.live.fleet, given.sides.candidate.fleet
        level(fleets[live.kind], live, candidate)

    logger.info("standby watched", extra={"next": seen.next, "reason": seen.reason})
    return {"next": seen.next, "watch_seconds": seen.watch_seconds, "failure": seen.failure}
