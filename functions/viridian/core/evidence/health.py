"""Health of the targets behind a side, and of the alarms that watch it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from viridian.core.errors import CandidateFailing, SideUnhealthy


@dataclass(frozen=True)
class Health:
    """How many targets of a group are healthy, of how many wanted, and what the others are."""

    healthy: int
    wanted: int
    states: str

    @classmethod
    def of(cls, states: Iterable[str], wanted: int) -> "Health":
        """Count the states; targets that drain belong to the past and do not count."""
        counted = Counter(state for state in states if state != "draining")
        described = ", ".join(f"{count} {state}" for state, count in sorted(counted.items()))
        return cls(counted["healthy"], wanted, described or "no targets")

    @property
    def is_enough(self) -> bool:
        """Whether at least the wanted number (and never none) is healthy."""
        return self.healthy >= max(1, self.wanted)

    @property
    def reason(self) -> str:
        """The comparison in words."""
        return f"wanted {max(1, self.wanted)} healthy targets, found {self.states}"

    def require(self, target_group_arn: str) -> None:
        """Raise SideUnhealthy unless enough targets are healthy."""
        if not self.is_enough:
            raise SideUnhealthy(f"{self.reason} in {target_group_arn}")


def firing(alarms: Mapping[str, str], wanted: Iterable[str]) -> list[str]:
    """Names of the wanted alarms that are in ALARM."""
    return [name for name in wanted if alarms.get(name) == "ALARM"]


def require_quiet(alarms: Mapping[str, str], watched: Iterable[str]) -> None:
    """Raise CandidateFailing when a watched alarm is in ALARM."""
    if names := firing(alarms, watched):
        raise CandidateFailing(f"in ALARM: {', '.join(names)}")


def missing(alarms: Mapping[str, str], wanted: Iterable[str]) -> list[str]:
    """Names of the wanted alarms that CloudWatch did not answer for."""
    return [name for name in wanted if name not in alarms]
