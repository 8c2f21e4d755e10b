"""One deployment as the machine's variables carry it from state to state."""

from dataclasses import dataclass
from typing import Any

from viridian.core.errors import RegistrationInvalid, RequestInvalid
from viridian.core.plan import Plan
from viridian.core.release.release import Release
from viridian.core.release.request import Request
from viridian.core.service.registration import Registration, Side
from viridian.core.split import Roles, Split


@dataclass(frozen=True)
class Deployment:
    """One attempt to make a release live. Its id is the execution's name."""

    id: str
    release: Release
    registration: Registration
    plan: Plan

    @classmethod
    def admitted(
        cls, deployment_id: str, request: Request, registration: Registration, release: Release
    ) -> "Deployment":
        """A deployment as requested; the service's plan unless the request has its own.

        Raises RegistrationInvalid when the registration found is another service's: its lease
        and its rule would be taken for this release; RequestInvalid when its own plan is too long.
        """
        if registration.service != request.service:
            raise RegistrationInvalid(
                f"registration.service: wanted {request.service!r} as in its parameter's name, "
                f"found {registration.service!r}; deploy the service's stack again"
            )
        plan = request.plan or registration.settings.plan
        if complaint := registration.settings.complaint_of(plan):
            raise RequestInvalid(f"input.steps: {complaint}")
        return cls(deployment_id, release, registration, plan)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Deployment":
        """Read back what `to_dict` wrote."""
        request = Request.from_dict(
            {"service": data["service"], "version": data["version"], "steps": data["steps"]}
        )
        registration = Registration.from_dict(data["registration"])
        release = Release.from_dict(data["release"])
        return cls.admitted(data["id"], request, registration, release)

    def to_dict(self) -> dict[str, Any]:
        """As JSON, for the machine's variables."""
        return {
            "id": self.id,
            "service": self.service,
            "version": self.release.version,
            "steps": self.plan.to_list(),
            "release": self.release.to_dict(),
            "registration": self.registration.to_dict(),
        }

    @property
    def service(self) -> str:
        """The service's name."""
        return self.registration.service

    def side(self, colour: str) -> Side:
        """The side of a colour."""
        return {"blue": self.registration.blue, "green": self.registration.green}[colour]


@dataclass(frozen=True)
class Stage:
    """A deployment whose roles are known: what every state after InspectLive works on."""

    deployment: Deployment
    fence: int
    roles: Roles
    size: int

    @classmethod
    def from_event(cls, event: dict[str, Any]) -> "Stage":
        """Read the machine's variables; `sides` is what InspectLive found."""
        deployment = Deployment.from_dict(event["deployment"])
        sides = event["sides"]
        roles = Roles(deployment.side(sides["live"]), deployment.side(sides["candidate"]))
        return cls(deployment, event["fence"], roles, sides["size"])

    def split(self, candidate_percent: int) -> Split:
        """The split that gives the candidate this share."""
        return Split(
            self.roles.live.target_group_arn,
            self.roles.candidate.target_group_arn,
            candidate_percent,
        )

    @property
    def watched_alarms(self) -> tuple[str, ...]:
        """Alarms that are a breach during a step: the candidate's and the shared ones."""
        return (*self.roles.candidate.alarms, *self.deployment.registration.shared_alarms)
