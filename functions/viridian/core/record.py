"""What is kept of deployments for good, as items of the deployments table.

    SERVICE#<service>  DEPLOYMENT#<id>   one a deployment, written in its moments:
        admitted    deployment (JSON: as admitted), version, asked_at, admitted_at
        asked for   requested_by: when, by whom and from where (CloudTrail)
        inspected   sides (JSON: as InspectLive answered), fence
        restored    first_shifted_at, restored_at: since when it had traffic, until when
        failed      evidence (JSON: as CaptureEvidence answered), evidence_at
        ended       ending, cause, fence, ended_at (by the machine, in RecordEnding, or by the
                    guardian when it takes over);
                    standby_ending, standby_cause, standby_ended_at (by the standby machine)
        controlled  controls: a list of what people did to it (at, action, by, reason, request_id)
    SERVICE#<service>  PRODUCTION        which release is live, where, by which deployment
    SERVICE#<service>  RELEASE#<version> what was live under this version: the release, what it ran
                                         as, by which deployment first (JSON in `ran`)

Whoever acts from outside the machine finds in the first all that a restore needs, before anything
is touched: the rule, both target groups, live's size, the fence, and the very actions to write.
Each moment sets members of its own, so a write that comes twice or late erases no other's.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from viridian.core.control import Control
from viridian.core.deployment import Deployment
from viridian.core.lease import Lease, Write
from viridian.core.release.release import Release
from viridian.core.sides import Production, Sides

END = Write(
    "SET ending = :ending, cause = :cause, fence = :fence, ended_at = :ended_at",
    "attribute_not_exists(ending)",
)
"""What the deployment machine sets in the last moment; the first ending stays."""
END_UNSAID = Write(
    "SET ending = :ending, cause = :cause, ended_at = :ended_at",
    "attribute_exists(admitted_at) AND attribute_not_exists(ending)",
)
END_STANDBY_UNSAID = Write(
    "SET standby_ending = :ending, standby_cause = :cause, standby_ended_at = :ended_at",
    "attribute_exists(admitted_at) AND attribute_not_exists(standby_ending)",
)
"""By the guardian, of an execution that ended and could not say so; of what was refused at the door
there is no record."""
KEEP_EVIDENCE = Write(
    "SET evidence = :evidence, evidence_at = :at", "attribute_not_exists(evidence)"
)
"""Of a failure once: a restore that is done again finds less of it."""
KEEP_RESTORED = Write(
    "SET first_shifted_at = :since, restored_at = :at",
    "attribute_exists(admitted_at) AND attribute_not_exists(restored_at)",
)
KEEP_REQUESTER = Write("SET requested_by = :by", "attribute_exists(admitted_at)")
ADD_CONTROL = Write(
    "SET controls = list_append(if_not_exists(controls, :none), :control)",
    "attribute_not_exists(controls) OR (size(controls) < :most AND NOT contains(controls, :same))",
)
"""The very same, of the same moment, is one that was tried again."""
END_STANDBY = Write(
    "SET standby_ending = :ending, standby_cause = :cause, fence = :fence, standby_ended_at = "
    ":ended_at",
    "attribute_not_exists(fence) OR fence <= :fence",
)
"""One that was taken over does not write over the ending of who took over."""


@dataclass(frozen=True)
class Failure:
    """A deployment that ended with its release rejected, or taken back."""

    deployment_id: str
    ending: str
    release: Release


@dataclass(frozen=True)
class Entry:
    """Members to set in one item of a service; others that it has stay."""

    service: str
    sort_key: str
    members: dict[str, str | int]


FAILED = ("CandidateRejected", "DeploymentReverted", "StandbyRestored")
"""Endings that are the release's own fault, or a person's word about it."""
PRODUCTION = "PRODUCTION"
"""The sort key of what is live."""


KEEP_RAN = Write(
    "SET former = if_not_exists(ran, :none), ran = :ran, deployment_id = :deployment_id, "
    "revision = :revision",
    "attribute_not_exists(revision) OR revision <> :revision",
)
FORGET_RAN = Write("SET ran = former REMOVE deployment_id, revision", "deployment_id = :mine")
"""Of a promotion that is undone; what ran under the version before, and may run again, is known."""


@dataclass(frozen=True)
class Kept:
    """What the record has of a deployment, as it was written: `sides` once they were inspected."""

    deployment: dict[str, Any]
    sides: dict[str, Any] | None


@dataclass(frozen=True)
class Ended:
    """How a deployment ended and when (ISO 8601)."""

    ending: str
    cause: str
    fence: int
    ended_at: str


@dataclass(frozen=True)
class Unsaid:
    """An ending that may be missing in a deployment's record, and the write that adds it then."""

    service: str
    deployment_id: str
    write: Write
    ending: str
    cause: str


def deployment_key(deployment_id: str) -> str:
    """The sort key of a deployment's record."""
    return f"DEPLOYMENT#{deployment_id}"


def release_key(version: str) -> str:
    """The sort key of a version that was live."""
    return f"RELEASE#{version}"


def admitted(deployment: Deployment, *, at: str) -> Entry:
    """A deployment as it was admitted."""
    return Entry(
        deployment.service,
        deployment_key(deployment.id),
        {
            "deployment": json.dumps(asdict(deployment)),
            "version": deployment.version,
            "asked_at": deployment.asked_at,
            "admitted_at": at,
        },
    )


def inspected(service: str, deployment_id: str, *, fence: int, sides: Sides) -> Entry:
    """What was found before anything is touched: the roles and the way back."""
    members: dict[str, str | int] = {"sides": json.dumps(asdict(sides)), "fence": fence}
    return Entry(service, deployment_key(deployment_id), members)


@dataclass(frozen=True)
class Controlled:
    """What a person did to a deployment."""

    service: str
    deployment_id: str
    members: dict[str, str]


def controlled(control: Control, lease: Lease, *, at: float, request_id: str) -> Controlled:
    """A control of whoever holds the lease; CloudTrail's event of the request says who it was."""
    action, by, why = str(control.action), control.by, control.reason
    holder = str(lease.deployment_id)
    return answered(lease.service, holder, action, by, why, at=moment(at), request=request_id)


def moment(at: float) -> str:
    """A time (Unix) as it is kept."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def answered(
    service: str, deployment_id: str, action: str, by: str, reason: str, *, at: str, request: str
) -> Controlled:
    """What a hook or a person answered, where it is kept with what people did; `at` is ISO 8601."""
    members = {
        "at": at,
        "action": action,
        "by": by,
        "reason": reason,
        "request_id": request,
    }
    return Controlled(service, deployment_id, members)


def promoted(service: str, production: Production) -> Entry:
    """What is live now, or again: put back when its promotion is undone."""
    return Entry(service, PRODUCTION, asdict(production))
