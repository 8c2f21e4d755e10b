"""One deployment, as it was admitted: validated once, stored with its record, then only revived."""

from dataclasses import dataclass, replace

from viridian.core.errors import RegistrationInvalid, RequestInvalid
from viridian.core.fleet import Blueprint
from viridian.core.plan import Step
from viridian.core.release.release import Release
from viridian.core.release.request import Request
from viridian.core.service.registration import Registration


@dataclass(frozen=True)
class Ran:
    """A release that was made live, and what it ran as."""

    release: Release
    blueprint: Blueprint
    deployment_id: str


def live_release(ran: Ran | None) -> Release:
    """What a request without a version is about; raises RequestInvalid where it is not known."""
    if ran is None:
        raise RequestInvalid(
            "input.version: is missing, and no deployment has made anything live here yet; "
            "name a version"
        )
    return ran.release


@dataclass(frozen=True)
class Deployment:
    """One attempt to make a release live. Its id is the execution's name.

    `asked_at` (ISO 8601) is when its upload arrived, or its execution began.
    """

    id: str
    service: str
    version: str
    asked_at: str
    steps: tuple[Step, ...]
    release: Release
    blueprint: Blueprint
    registration: Registration
    accept: tuple[str, ...] = ()
    on_busy: str = "reject"
    override: str | None = None

    @classmethod
    def admitted(
        cls,
        deployment_id: str,
        request: Request,
        registration: Registration,
        release: Release,
        *,
        ran: Ran | None = None,
        at: str,
    ) -> "Deployment":
        """A deployment as requested; the service's plan unless the request has its own.

        What was live under this version, if it is the same release, runs as it `ran`.
        Raises RegistrationInvalid when the registration found is another service's: its lease
        and its rule would be taken for this release; RequestInvalid when its own plan is too long.
        """
        if registration.service != request.service:
            raise RegistrationInvalid(
                f"registration.service: wanted {request.service!r} as in its parameter's name, "
                f"found {registration.service!r}; deploy the service's stack again"
            )
        steps = request.steps or registration.settings.steps
        if complaint := registration.settings.complaint_of(steps):
            raise RequestInvalid(f"input.steps: {complaint}")
        is_newest = request.template == "newest" or request.version is None
        return cls(
            id=deployment_id,
            service=request.service,
            version=release.version,
            asked_at=request.uploaded_at or at,
            steps=steps,
            release=release,
            blueprint=ran.blueprint
            if ran and not is_newest and ran.release.is_same(release)
            else Blueprint(registration.template),
            registration=_watching(registration, request.ignore_alarms, at),
            accept=request.accept,
            on_busy=request.on_busy or registration.settings.on_busy,
            override=request.override,
        )


def _watching(registration: Registration, ignored: tuple[str, ...], at: str) -> Registration:
    """The registration without these shared alarms, nor those that the service ignores at the time;
    raises RequestInvalid for any other.
    """
    shared = registration.shared_alarms
    for index, name in enumerate(ignored):
        if name not in shared:
            raise RequestInvalid(
                f"input.ignore_alarms[{index}]: is no shared alarm of {registration.service}; "
                f"those are {', '.join(shared) or 'none'}"
            )
    known = [each.name for each in registration.settings.ignored_alarms if each.lasts(at)]
    watched = tuple(name for name in shared if name not in (*ignored, *known))
    return replace(registration, shared_alarms=watched)
