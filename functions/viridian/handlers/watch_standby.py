"""WatchStandby: look at a release that was promoted while the former live is still whole."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from viridian.adapters.alarms import Alarms
from viridian.adapters.leases import Leases
from viridian.core.hold import kept_seconds
from viridian.core.lease import Holder
from viridian.core.sides import Sides
from viridian.core.standby import look
from viridian.runtime import environment
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

table_leases = Leases.from_session(environment.table())
account_alarms = Alarms.from_session()


@dataclass(frozen=True)
class Input(Holder):
    """The sides of a promotion, its time (ISO 8601) and how long the window lasts."""

    sides: Sides
    promoted_at: str
    window_seconds: int


@invocation(Input)
def handler(
    given: Input,
    leases: Leases = table_leases,
    alarms: Alarms = account_alarms,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Answer with what comes next, the next wait, and how the standby ends if traffic goes back."""
    lease, read_at = leases.get(given.service), now()
    seen = look(
        lease,
        given,
        alarms.states(given.sides.watched_alarms),
        watched_seconds=read_at - datetime.fromisoformat(given.promoted_at).timestamp(),
        window=given.window_seconds,
        kept_seconds=kept_seconds(lease, leases.stop(), now=read_at),
    )

    logger.info("standby watched", extra={"next": seen.next, "reason": seen.reason})
    return {"next": seen.next, "watch_seconds": seen.watch_seconds, "failure": seen.failure}
