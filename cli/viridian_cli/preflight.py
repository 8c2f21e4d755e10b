"""What would stop a deployment now: the machine's own checks, made with the caller's rights."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from viridian.adapters.admission import Admission
from viridian.adapters.alarms import Alarms
from viridian.adapters.fleets.ecs import EcsFleets
from viridian.adapters.images import Images
from viridian.adapters.inspection import Inspection
from viridian.adapters.leases import Leases
from viridian.adapters.load_balancers import LoadBalancers
from viridian.adapters.quotas import Quotas
from viridian.core.deployment import Deployment
from viridian.core.fleet import Fleets, TaskSize
from viridian.core.hold import require_may_begin
from viridian.core.preflight import Check
from viridian.core.release.release import ArtifactBucket
from viridian.core.release.request import Request
from viridian.core.service.freeze import require_thawed
from viridian.core.service.registration import Registration
from viridian.core.sides import Sides
from viridian.core.turns import require_lease
from viridian_cli.account import Account
from viridian_cli.findings import Finding, tried

NOBODY = "a plan"
"""No deployment has this id."""
FLEET_KIND = "ecs"
Found = TypeVar("Found")


@dataclass
class Preflight:
    """What was found. Where there is no deployment, or no sides, what needs them was not looked
    at.
    """

    findings: list[Finding] = field(default_factory=list)
    deployment: Deployment | None = None
    sides: Sides | None = None
    task: TaskSize | None = None

    @property
    def stops(self) -> bool:
        """Whether the deployment would not begin, or nobody can tell."""
        return any(finding.stops for finding in self.findings)

    def read(
        self, name: str, look: Callable[[], Found], *, is_optional: bool = False
    ) -> Found | None:
        """What was read, if it could be; a deployment goes on without what is optional."""
        found: list[Found] = []

        def ok() -> Finding:
            found.append(look())
            return Finding(name, "ok", found[0] if isinstance(found[0], str) else "")

        finding = tried(name, ok)
        if is_optional and finding.is_well == "unknown":
            finding = replace(finding, is_well="skipped", to_do="")
        self.findings.append(finding)
        return found[0] if found else None

    def make(self, checks: Iterable[Check]) -> None:
        """Make checks of the machine's."""
        for check in checks:
            self.read(check.name, check.make, is_optional=check.is_optional)


def preflight(account: Account, request: Request, bucket: ArtifactBucket, *, at: str) -> Preflight:
    """Look at all that AdmitRequest, AcquireLease and InspectLive look at; raises Failed for a
    service that is not there, RegistrationInvalid for one that cannot be read.
    """
    found, fleets = Preflight(), EcsFleets(account.client("ecs"), partial(account.client, "logs"))
    registration = Registration.from_json(account.registered(request.service))
    admission = Admission(
        bucket, account.records, Images(account.client("ecr")), {FLEET_KIND: fleets}
    )
    found.make([_freeze_check(request, registration, at)])
    found.deployment = found.read(
        "release", lambda: admission.deployment(NOBODY, request, registration, at=at)
    )
    if found.deployment:
        found.make(admission.checks(found.deployment, request))
        registration = found.deployment.registration
    found.make(_lease_checks(account.leases, request, registration))
    _look_at_sides(found, _inspection(account, fleets), registration, request.accept, fleets)
    return found


def _look_at_sides(
    found: Preflight,
    inspection: Inspection,
    registration: Registration,
    accept: tuple[str, ...],
    fleets: Fleets,
) -> None:
    found.sides = found.read("sides", lambda: inspection.sides(registration, accept))
    shared = registration.shared_alarms
    if found.sides is None:
        return
    if found.deployment is None:
        found.make(inspection.checks_of_live(found.sides, shared))
        return
    release, blueprint = found.deployment.release, found.deployment.blueprint
    idle = found.sides.candidate.fleet
    found.make(inspection.checks(found.sides, shared, release, blueprint, now=time.time))
    found.task = found.read(
        "task size", lambda: fleets.task_size(idle, release, blueprint), is_optional=True
    )


def _inspection(account: Account, fleets: Fleets) -> Inspection:
    cloudwatch = account.client("cloudwatch")
    return Inspection(
        LoadBalancers(account.client("elbv2")),
        Alarms(cloudwatch),
        {FLEET_KIND: fleets},
        account.records,
        Quotas(account.client("service-quotas"), cloudwatch),
    )


def _freeze_check(request: Request, registration: Registration, at: str) -> Check:
    freezes, now = registration.settings.freezes, datetime.fromisoformat(at)
    return Check("freeze", partial(require_thawed, freezes, now=now, override=request.override))


def _lease_checks(leases: Leases, request: Request, registration: Registration) -> list[Check]:
    lease, on_busy = leases.get(request.service), request.on_busy or registration.settings.on_busy
    return [
        Check("stop", partial(require_may_begin, lease, leases.stop(), NOBODY)),
        Check("lease", partial(require_lease, lease, NOBODY, on_busy)),
    ]
