"""The service file: what a person sets for one service, read once to frozen values.

`examples/shop/service.yaml` is the documented example, what is deployed and a test fixture.
"""

from dataclasses import asdict, dataclass
from typing import Any

from viridian.core.errors import RegistrationInvalid
from viridian.core.fields import Fields
from viridian.core.plan import MOST_LOOKS, Plan

SERVICE_NAME = r"[a-z][a-z0-9-]{0,31}"
SERVICE_NAME_HINT = "a lower-case name of at most 32 letters, digits and hyphens"
PATH = r"/[!-~]*"
HEADER = r"[A-Za-z0-9-]+"

MOST_CHECKS = 10
"""Smoke tests of a service: VerifyProduction asks each ten times within two minutes."""


@dataclass(frozen=True)
class SmokeTest:
    """One GET and the status it must answer. A path, never a URL: the host is the service's."""

    path: str
    status: int

    @classmethod
    def read(cls, fields: Fields) -> "SmokeTest":
        """Read one check; the status is 200 unless given."""
        check = cls(
            fields.text("path", PATH, "a path that starts with /"),
            fields.optional("status", lambda name: fields.integer(name, 100, 599), 200),
        )
        fields.done()
        return check


@dataclass(frozen=True)
class AlarmSettings:
    """Thresholds of the standing alarms. Periods in seconds; ALB metrics come once a minute."""

    period_seconds: int
    error_rate_percent: float
    minimum_requests: int
    latency_p99_seconds: float
    elb_5xx_count: int
    extra: tuple[str, ...]

    @classmethod
    def read(cls, fields: Fields) -> "AlarmSettings":
        """Read the `alarms` object of a service file."""
        settings = cls(
            period_seconds=fields.integer("period_seconds", 10, 3600),
            error_rate_percent=fields.number("error_rate_percent", 0, 100),
            minimum_requests=fields.integer("minimum_requests", 1, 1_000_000),
            latency_p99_seconds=fields.number("latency_p99_seconds", 0.001, 3600),
            elb_5xx_count=fields.integer("elb_5xx_count", 0, 1_000_000),
            extra=fields.optional("extra", fields.texts, ()),
        )
        if settings.period_seconds not in (10, 20, 30) and settings.period_seconds % 60:
            raise fields.wrong("period_seconds", "must be 10, 20, 30 or a multiple of 60")
        fields.done()
        return settings


@dataclass(frozen=True)
class Settings:
    """All of a service file. Durations in seconds."""

    service: str
    plan: Plan
    smoke_tests: tuple[SmokeTest, ...]
    version_header: str
    resting_count: int
    drain_seconds: int
    prepare_timeout_seconds: int
    unknown_patience_seconds: int
    health_check_path: str
    alarms: AlarmSettings

    @classmethod
    def from_dict(cls, data: Any, path: str) -> "Settings":
        """Read the parsed file; raises RegistrationInvalid with the path of what is wrong."""
        return cls.read(Fields(data, path, RegistrationInvalid))

    @classmethod
    def read(cls, fields: Fields) -> "Settings":
        """Read the members of a service file."""
        checks = fields.objects("smoke_tests")
        if not 1 <= len(checks) <= MOST_CHECKS:
            wanted = f"must have 1 to {MOST_CHECKS} checks"
            raise fields.wrong("smoke_tests", f"{wanted}, found {len(checks)}")
        settings = cls(
            service=fields.text("service", SERVICE_NAME, SERVICE_NAME_HINT),
            plan=Plan.read(fields, "steps"),
            smoke_tests=tuple(SmokeTest.read(check) for check in checks),
            version_header=fields.text("version_header", HEADER, "a header name"),
            resting_count=fields.integer("resting_count", 0, 1000),
            drain_seconds=fields.integer("drain_seconds", 1, 3600),
            prepare_timeout_seconds=fields.integer("prepare_timeout_seconds", 30, 7200),
            unknown_patience_seconds=fields.integer("unknown_patience_seconds", 0, 3600),
            health_check_path=fields.text("health_check_path", PATH, "a path that starts with /"),
            alarms=AlarmSettings.read(fields.object("alarms")),
        )
        fields.done()
        if complaint := settings.complaint_of(settings.plan):
            raise fields.wrong("steps", complaint)
        return settings

    def complaint_of(self, plan: Plan) -> str | None:
        """What is wrong with a plan under these times: more looks than an execution can hold."""
        looks = plan.most_looks(
            prepare_seconds=self.prepare_timeout_seconds,
            patience_seconds=self.unknown_patience_seconds,
            period_seconds=self.alarms.period_seconds,
        )
        if looks <= MOST_LOOKS:
            return None
        return (
            f"with prepare_timeout_seconds and unknown_patience_seconds they may take {looks} "
            f"looks, and {MOST_LOOKS} fit the history of an execution; shorten one of them"
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON, under the keys of the service file; `from_dict` reads it back."""
        members = asdict(self)
        del members["plan"]
        members["steps"] = self.plan.to_list()
        members["alarms"]["extra"] = list(self.alarms.extra)
        members["smoke_tests"] = [asdict(check) for check in self.smoke_tests]
        return members
