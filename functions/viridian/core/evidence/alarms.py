"""The alarms that watch a side: which fire, which say nothing, which do not exist."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from viridian.core.errors import CandidateFailing, PreflightFailed


@dataclass(frozen=True)
class AlarmStates:
    """The watched alarms, and the states of those that CloudWatch knows."""

    watched: tuple[str, ...]
    states: Mapping[str, str]

    @property
    def firing(self) -> list[str]:
        """Names of those in ALARM."""
        return [name for name in self.watched if self.states.get(name) == "ALARM"]

    @property
    def without_data(self) -> list[str]:
        """Names of those that exist and say neither OK nor ALARM: they cannot tell."""
        return [name for name in self.watched if self.states.get(name, "OK") not in ("OK", "ALARM")]

    @property
    def missing(self) -> list[str]:
        """Names of those that CloudWatch did not answer for: that is not OK."""
        return [name for name in self.watched if name not in self.states]

    def require_quiet(self) -> None:
        """Raise CandidateFailing when one is in ALARM."""
        if self.firing:
            raise CandidateFailing(f"in ALARM: {', '.join(self.firing)}")

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


@dataclass(frozen=True)
class AlarmChange:
    """An alarm that went into ALARM, as the service's EventBridge rule hands it over."""

    service: str
    alarm: str
    reason: str
    at: str

    @classmethod
    def from_event(cls, event: dict[str, Any]) -> "AlarmChange":
        """Read the transformed event."""
        return cls(event["service"], event["alarm"], event["reason"], event["at"])

    @property
    def breach(self) -> str:
        """The breach in words, as it is recorded and ends the deployment."""
        return f"{self.alarm} went into ALARM at {self.at}: {self.reason}"
