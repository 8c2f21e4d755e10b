"""The alarms that watch a side: which fire, which say nothing, which do not exist."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from viridian.core.errors import CandidateFailing, PreflightFailed
from viridian.core.evidence.alarm_change import LATER


@dataclass(frozen=True)
class AlarmStates:
    """The watched alarms, and the states of those that CloudWatch knows.

    `seen_at` tells of some the last second (of the epoch) of what brought them there, `reasons`
    what CloudWatch says about those that are not OK.
    """

    watched: tuple[str, ...]
    states: Mapping[str, str]
    seen_at: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def firing(self) -> list[str]:
        """Names of those in ALARM."""
        return [name for name in self.watched if self.states.get(name) == "ALARM"]

    def firing_from_before(self, shifted_at: float) -> list[str]:
        """Names of those in ALARM by what they saw before: as the candidate booted and was warmed.

        An alarm of which that is not known is not among them.
        """
        return [name for name in self.firing if self.seen_at.get(name, LATER) < int(shifted_at)]

    @property
    def without_data(self) -> list[str]:
        """Names of those that exist and say neither OK nor ALARM: they cannot tell."""
        return [name for name in self.watched if self.states.get(name, "OK") not in ("OK", "ALARM")]

    @property
    def missing(self) -> list[str]:
        """Names of those that CloudWatch did not answer for: that is not OK."""
        return [name for name in self.watched if name not in self.states]

    def require_quiet(self, *, since: float = 0) -> None:
        """Raise CandidateFailing when one is in ALARM, unless by what it saw before that time."""
        if names := set(self.firing).difference(self.firing_from_before(since)):
            raise CandidateFailing(f"in ALARM: {', '.join(sorted(names))}")

    def require_clear(self, shared: Iterable[str]) -> None:
        """Raise PreflightFailed when one does not exist, or a shared one fires already.

        An alarm that is in ALARM sends no event again, so it could not stop the deployment.
        """
        if self.missing:
            raise PreflightFailed(
                f"alarms not found: {', '.join(self.missing)}; deploy the service's stack again"
            )
        if names := [name for name in shared if name in self.firing]:
            raise PreflightFailed(
                f"already in ALARM: {', '.join(names)}; clear the alarm, then deploy again"
            )
