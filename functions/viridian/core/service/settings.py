"""The service file: what a person sets for one service, read once to frozen values.

`examples/shop/service.yaml` is the documented example, what is deployed and a test fixture.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

from viridian.core.errors import RegistrationInvalid
from viridian.core.event import TIME
from viridian.core.plan import MOST_LOOKS, STEPS, Step, most_looks, step_complaints
from viridian.core.scaling import Scaling
from viridian.core.schema import Limits, Rules, read
from viridian.core.service.freeze import FREEZES, Freeze
from viridian.core.service.hooks import (
    AT_MOST,
    LONGEST_ASKED_SECONDS,
    LONGEST_TOGETHER_SECONDS,
    Approval,
    Hook,
    asked_seconds,
    most_looks_for,
    name_complaints,
)
from viridian.core.service.smoke_tests import (
    CHECKS,
    PATH,
    SmokeTest,
    checks_complaints,
    secrets_complaints,
)

SERVICE_NAME = Limits(
    pattern=r"[a-z][a-z0-9-]{0,31}",
    hint="a lower-case name of at most 32 letters, digits and hyphens",
)
HEADER = Limits(pattern=r"[A-Za-z0-9-]+", hint="a header name")

METRICS_PERIOD_SECONDS = 60
"""A load balancer's metrics on AWS have one point a minute; shorter periods are a rehearsal's."""

METRICS_LATE_SECONDS = 180
"""How late those points may come."""

MOST_DRAIN_SECONDS = 900
"""Retried each 15 s by the machine: 60 looks, and 10 batches."""

LONGEST_PATIENCE_SECONDS = 14_400
"""Four hours: twice the longest period, and as late as metrics come, fit in twice."""


def _period_complaints(seconds: int) -> Iterator[tuple[str, str]]:
    if seconds not in (10, 20, 30) and seconds % 60:
        yield "period_seconds", "must be 10, 20, 30 or a multiple of 60"


@dataclass(frozen=True)
class AlarmSettings:
    """Thresholds of the standing alarms. Periods in seconds; ALB metrics come once a minute."""

    RULES: ClassVar[Rules] = {("period_seconds",): _period_complaints}

    period_seconds: Annotated[
        int,
        Limits(10, 3600),
        "10, 20, 30 or a multiple of 60; **60 or more on AWS**, where the load balancer's metrics "
        "come once a minute",
    ]
    error_rate_percent: Annotated[float, Limits(0, 100), "breach above this share of target 5xx"]
    minimum_requests: Annotated[
        int,
        Limits(1, 1_000_000),
        "requests in one period (alarms), and in the whole periods of one step together "
        "(verdict), below which nothing is concluded: a step with fewer is watched on",
    ]
    latency_p99_seconds: Annotated[
        float,
        Limits(0.001, 3600),
        "breach above this p99 (of fewer than 1000 requests in the period, above this p90) of at "
        "least `minimum_requests`, two periods in a row: the first requests to a new task are slow",
    ]
    elb_5xx_count: Annotated[
        int,
        Limits(0, 1_000_000),
        "breach above this many 5xx of the load balancer itself in one period",
    ]
    extra: Annotated[tuple[str, ...], "names of further alarms that are a breach"] = ()

    @property
    def open_share(self) -> float:
        """The share of a period's requests that may still be on their way when it ends."""
        return min(1, self.latency_p99_seconds / self.period_seconds)

    @property
    def least_patience_seconds(self) -> int:
        """How much later than a bake's end its evidence may be there, and was looked at.

        Its last period ends up to one later, then the metrics are late, then comes the next look.
        """
        late = METRICS_LATE_SECONDS if self.period_seconds >= METRICS_PERIOD_SECONDS else 0
        return 2 * self.period_seconds + late


@dataclass(frozen=True)
class IgnoredAlarm:
    """A shared alarm that is known to fire, until somebody mended what it is about."""

    name: Annotated[str, "its name"]
    reason: Annotated[str, "why it tells nothing of a release, and who sees to it"]
    until: Annotated[str, TIME, "from then on it counts again"]

    def lasts(self, at: str) -> bool:
        """Whether it is ignored at the time (ISO 8601)."""
        return datetime.fromisoformat(at) < datetime.fromisoformat(self.until)


def _patience_complaints(patience_seconds: int, alarms: AlarmSettings) -> Iterator[tuple[str, str]]:
    least = alarms.least_patience_seconds
    if patience_seconds < least:
        yield (
            "unknown_patience_seconds",
            f"must be at least {least} with alarms.period_seconds {alarms.period_seconds}, "
            f"found {patience_seconds}: so late may the evidence of a whole bake come",
        )


def _looks_complaints(
    steps: tuple[Step, ...],
    prepare_seconds: int,
    patience_seconds: int,
    alarms: AlarmSettings,
    hooks: tuple[Hook, ...],
    approvals: tuple[Approval, ...],
    on_unknown: str,
    unknown_deadline_seconds: int,
) -> Iterator[tuple[str, str]]:
    asked = asked_seconds(hooks, approvals, steps)
    asked += [unknown_deadline_seconds] * len(steps) if on_unknown == "ask" else []
    looks = sum(map(most_looks_for, asked)) + most_looks(
        steps,
        prepare_seconds=prepare_seconds,
        patience_seconds=patience_seconds,
        period_seconds=alarms.period_seconds,
    )
    if looks > MOST_LOOKS:
        yield (
            "steps",
            f"with prepare_timeout_seconds, unknown_patience_seconds and all that is asked they "
            f"may take {looks} looks, and {MOST_LOOKS} fit the history of an execution; shorten "
            "one of them",
        )
    if sum(asked) > LONGEST_TOGETHER_SECONDS:
        yield (
            "steps",
            f"hooks, approvals and on_unknown may take {sum(asked)} s at these steps, one after "
            f"the other, and a day ({LONGEST_TOGETHER_SECONDS} s) at most is waited; shorten their "
            "times, or ask once (percent)",
        )


def _grace_complaints(prepare_seconds: int, grace_seconds: int) -> Iterator[tuple[str, str]]:
    if prepare_seconds <= grace_seconds:
        yield (
            "prepare_timeout_seconds",
            f"must be above start_grace_seconds, found {prepare_seconds} and {grace_seconds}: a "
            "task that needs its whole grace would come too late; raise it or lower the grace",
        )


ON_BUSY = Limits(
    pattern="reject|queue|queue_latest|supersede",
    hint="reject, queue, queue_latest or supersede",
)
WHEN_BUSY = (
    "what becomes of a deployment while another of the service runs: `reject` it, `queue` it in "
    "its order (for at most 12 hours), `queue_latest` as the only one that waits, whichever waited "
    "before being refused, or `supersede` the one that runs: that one goes back first"
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All of a service file. Durations in seconds."""

    RULES: ClassVar[Rules] = {
        ("steps",): step_complaints,
        ("smoke_tests",): checks_complaints,
        ("service", "smoke_tests"): secrets_complaints,
        (
            *("steps", "prepare_timeout_seconds", "unknown_patience_seconds", "alarms"),
            *("hooks", "approvals", "on_unknown", "unknown_deadline_seconds"),
        ): _looks_complaints,
        ("hooks", "approvals"): name_complaints,
        ("unknown_patience_seconds", "alarms"): _patience_complaints,
        ("prepare_timeout_seconds", "start_grace_seconds"): _grace_complaints,
    }  # fmt: skip

    service: Annotated[str, SERVICE_NAME, "the service's name; begins with a letter"]
    steps: Annotated[
        tuple[Step, ...],
        STEPS,
        "the plan. A step lasts until the metrics of its whole bake have come, the last one two "
        "periods longer",
    ]
    smoke_tests: Annotated[
        tuple[SmokeTest, ...],
        CHECKS,
        "what the candidate must answer before a client asks it, asked in this order; one at "
        "least is a GET, HEAD or OPTIONS",
    ]
    version_header: Annotated[
        str, HEADER, "the header in which the application answers its version"
    ]
    resting_count: Annotated[int, Limits(0, 1000), "tasks left on the idle side"]
    drain_seconds: Annotated[
        int,
        Limits(1, 3600),
        "the least time between weight 0 and the loss of capacity, and the deregistration delay; "
        "60 or more on AWS",
    ]
    prepare_timeout_seconds: Annotated[
        int,
        Limits(30, 7200),
        "how long a candidate may take to be healthy; longer than `start_grace_seconds`",
    ]
    start_grace_seconds: Annotated[
        int,
        Limits(0, 3600),
        "how long a new task may fail its health checks before it is replaced by another: longer "
        "than the application takes to listen, and 10 s more for the two checks that it has to "
        "pass then. Set on a side with each release prepared there",
    ] = 60
    drain_timeout_seconds: Annotated[
        int,
        Limits(0, MOST_DRAIN_SECONDS),
        "how much longer a side may keep its capacity until the metrics say that it was asked "
        "nothing for a whole period; on AWS that takes two to five minutes",
    ] = 300
    keep_failed_seconds: Annotated[
        int,
        Limits(0, LONGEST_PATIENCE_SECONDS),
        "how long the tasks of a candidate that failed are kept for whoever looks for the fault, "
        "out of traffic; the next deployment is refused meanwhile",
    ] = 0
    former_live: Annotated[
        str,
        Limits(pattern="rest|zero|follow", hint="rest, zero or follow"),
        "what the side that was live becomes when its window is over: `rest`, `resting_count` "
        "tasks of what it ran; `zero`, none; `follow`, as many of the release that is live",
    ] = "rest"
    unknown_patience_seconds: Annotated[
        int,
        Limits(0, LONGEST_PATIENCE_SECONDS),
        "how long past its bake a step may stay Unknown before it is restored: two periods at "
        "least, and 180 s more from a period of 60 s on, for metrics that come late. A service "
        "with little traffic needs more, until a step has `minimum_requests`. With many steps, "
        "long bakes and a long wait to be ready it has to be shorter: all looks together must fit "
        "an execution's history",
    ]
    standby_seconds: Annotated[
        int,
        Limits(1, 172_800),
        "how long the former live is kept whole and watched after a promotion; on AWS at least two "
        "metric periods and their delay, 300 or more",
    ]
    health_check_path: Annotated[str, PATH, "of the target groups' health checks"]
    alarms: Annotated[AlarmSettings, "thresholds of the service's alarms"]
    scaling: Annotated[
        Scaling | None,
        "how Application Auto Scaling sizes the service; without it the sizes are those that the "
        "sides have",
    ] = None
    on_template_change: Annotated[
        str,
        Limits(pattern="wait|deploy", hint="wait or deploy"),
        "what an edit of the task template does: `wait` for the next deployment, or `deploy` what "
        "is live on it at once, through all the proof",
    ] = "wait"
    stickiness: Annotated[
        str,
        Limits(pattern="refuse|accept", hint="refuse or accept"),
        "what to do where the production rule has group stickiness, whose cookie outranks the "
        "weights: clients that it pinned to a failed candidate stay there after a restore, until "
        "it expires",
    ] = "refuse"
    on_manual_change: Annotated[
        str,
        Limits(pattern="restore|hold", hint="restore or hold"),
        "what to do when somebody else wrote the production rule's weights during a bake: "
        "`restore` gives all traffic back to live, the one side that is proven for all of it; "
        "`hold` leaves them as they are and goes no step further until a person, who is paged, "
        "resumes or aborts, for at most eight hours; what fails, or stays Unknown, goes back "
        "meanwhile",
    ] = "restore"

    freezes: Annotated[
        tuple[Freeze, ...],
        FREEZES,
        "times in which nothing is deployed, unless the request says why (`override`); what runs "
        "when one begins goes on",
    ] = ()
    on_busy: Annotated[str, ON_BUSY, f"{WHEN_BUSY}; a request may say otherwise"] = "reject"
    record_retention_days: Annotated[
        int,
        Limits(1, 3650),
        "how long the table keeps what was decided in a deployment, look by look; the document of "
        "its ending stays in the bucket",
    ] = 400
    image_repositories: Annotated[
        tuple[str, ...],
        AT_MOST,
        "repositories, without tag or digest, whose images alone may be deployed; `*` is anything. "
        "Any unless given",
    ] = ()
    ignored_alarms: Annotated[
        tuple[IgnoredAlarm, ...], AT_MOST, "shared alarms that deployments go without for a time"
    ] = ()
    hooks: Annotated[
        tuple[Hook, ...], AT_MOST, "what is asked on the way, all those of one point at once"
    ] = ()
    approvals: Annotated[tuple[Approval, ...], AT_MOST, "what people are asked on the way"] = ()
    on_unknown: Annotated[
        str,
        Limits(pattern="restore|ask", hint="restore or ask"),
        "what to do with a step that stayed Unknown for `unknown_patience_seconds`: `restore`, or "
        "`ask` people, who approve it or have it restored; what fails meanwhile goes back",
    ] = "restore"
    unknown_deadline_seconds: Annotated[
        int,
        Limits(60, LONGEST_ASKED_SECONDS),
        "how long they have; without an answer it is restored",
    ] = 3600

    @property
    def safe_checks(self) -> tuple[SmokeTest, ...]:
        """Those that may be asked again and again, and of production."""
        return tuple(check for check in self.smoke_tests if check.is_safe)

    @classmethod
    def from_dict(cls, data: Any, path: str) -> "Settings":
        """Read the parsed file; raises RegistrationInvalid with the path of all that is wrong."""
        return read(cls, data, path, RegistrationInvalid)

    def complaint_of(self, steps: tuple[Step, ...]) -> str | None:
        """What is wrong with a plan under these times: more looks than an execution can hold."""
        complaints = _looks_complaints(
            steps,
            self.prepare_timeout_seconds,
            self.unknown_patience_seconds,
            self.alarms,
            self.hooks,
            self.approvals,
            self.on_unknown,
            self.unknown_deadline_seconds,
        )
        return next((said for _, said in complaints), None)
