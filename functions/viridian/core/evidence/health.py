"""Health of the targets behind a side."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from viridian.core.errors import RestoreHeld, ViridianError


@dataclass(frozen=True)
class Health:
    """How many targets of a group are healthy, of how many wanted, and what the others are."""

    target_group_arn: str
    healthy: int
    wanted: int
    states: str

    @classmethod
    def of(cls, target_group_arn: str, states: Iterable[str], wanted: int) -> "Health":
        """Count the states; targets that drain belong to the past and do not count."""
        counted = Counter(state for state in states if state != "draining")
        described = ", ".join(f"{count} {state}" for state, count in sorted(counted.items()))
        return cls(target_group_arn, counted["healthy"], wanted, described or "no targets")

    @property
    def is_enough(self) -> bool:
        """Whether at least the wanted number (and never none) is healthy."""
        return self.healthy >= max(1, self.wanted)

    @property
    def reason(self) -> str:
        """The comparison in words."""
        return f"wanted {max(1, self.wanted)} healthy targets, found {self.states}"

    def require_can_replace(self, other: "Health") -> None:
        """Raise RestoreHeld unless this side can carry what the other carries now.

        It can with all its wanted targets healthy, or with as many as the other has, and never
        with none: a side that lost most of its own would only make it worse.
        """
        if not (self.is_enough or 0 < self.healthy >= other.healthy):
            raise RestoreHeld(
                f"{self.reason} in {self.target_group_arn}, beside {other.healthy} healthy of the "
                "candidate; traffic was left where it is"
            )

    def require(self, otherwise: type[ViridianError], consequence: str = "") -> None:
        """Raise the error unless enough targets are healthy; the consequence ends its message."""
        if not self.is_enough:
            raise otherwise(f"{self.reason} in {self.target_group_arn}{consequence}")
