"""Times in which a service is not deployed: each begins as a cron expression says, and lasts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from viridian.core.errors import DeploymentFrozen
from viridian.core.schema import Limits

LONGEST_MINUTES = 44_640
"""31 days."""
SOMEDAY = datetime(2026, 1, 1, tzinfo=UTC)
FIELDS = 5


def _cron(text: str) -> None:
    try:
        if len(text.split()) != FIELDS:
            raise ValueError(text)
        next(CronSim(text, SOMEDAY))
    except (CronSimError, StopIteration) as error:  # the second: a 30th of February
        raise ValueError(text) from error


def _zone(text: str) -> None:
    try:
        ZoneInfo(text)
    except (KeyError, OSError) as error:
        raise ValueError(text) from error


CRON = Limits(
    pattern=r"[ -~]{9,100}",
    hint="a cron expression of five fields, such as `0 17 * * FRI`",
    reads=_cron,
)
ZONE = Limits(
    pattern=r"[A-Za-z0-9_+/-]{1,50}",
    hint="a time zone, such as Europe/Paris",
    reads=_zone,
)
FREEZES = Limits(0, 20, hint="at most 20 freezes")


@dataclass(frozen=True)
class Freeze:
    """One of them, again and again."""

    cron: Annotated[str, CRON, "when it begins: minute, hour, day, month, weekday"]
    minutes: Annotated[
        int,
        Limits(1, LONGEST_MINUTES),
        "how long it lasts, at most 31 days; of the clock, so an "
        "hour that is set back counts twice",
    ]
    time_zone: Annotated[str, ZONE, "whose clock the cron expression reads"] = "UTC"

    def ends(self, now: datetime) -> datetime | None:
        """When it ends (UTC), if it lasts at that time."""
        local = now.astimezone(ZoneInfo(self.time_zone)).replace(second=0, microsecond=0)
        behind = local + timedelta(minutes=1)  # what begins in this minute has begun
        begun = next(CronSim(self.cron, behind, reverse=True), None)
        if begun is None:
            return None
        end = begun.astimezone(UTC) + timedelta(minutes=self.minutes)
        return end if now < end else None

    def __str__(self) -> str:
        return f"{self.cron} ({self.time_zone}), {self.minutes} minutes"


def require_thawed(
    freezes: Iterable[Freeze], *, now: datetime, override: str | None = None
) -> None:
    """Raise DeploymentFrozen while one of them lasts, unless it is said why it cannot wait."""
    if override is not None:
        return
    for index, freeze in enumerate(freezes):
        if (end := freeze.ends(now)) is not None:
            raise DeploymentFrozen(
                f"settings.freezes[{index}]: {freeze}: lasts until {end.isoformat()}; deploy then, "
                'or say why it cannot wait: {"override": "..."}'
            )
