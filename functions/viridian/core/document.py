"""A deployment's record as one JSON document: what is exported at each ending, and read by people's
tools. Its schema grows by members; one that changes a member's meaning has another name.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from viridian.core.execution import NAME, Execution
from viridian.core.service.settings import SERVICE_NAME

SCHEMA = "viridian.record/1"
PREFIX = "deployments"
"""Of the keys in the artifact bucket: no release is there, these end with /release.json."""
JSON_MEMBERS = ("deployment", "sides", "evidence")
MEMBERS = (
    *("version", "admitted_at", "requested_by", *JSON_MEMBERS, "controls"),
    *("ending", "cause", "ended_at", "standby_ending", "standby_cause", "standby_ended_at"),
)
LISTED = (
    *(name for name in MEMBERS if name not in JSON_MEMBERS),
    *("asked_at", "first_shifted_at", "restored_at"),
)
"""What a line about a deployment tells: nothing that is large."""


def parsed(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with what is JSON in it read."""
    read = {name: json.loads(record[name]) for name in JSON_MEMBERS if record.get(name)}
    return {**record, **read}


def document(
    service: str,
    deployment_id: str,
    record: Mapping[str, Any],
    decisions: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    """The document of a deployment whose record has these values, as Python has them.

    What the record has not is None: an ending that is still to come, evidence of no failure.
    """
    told = parsed({name: record.get(name) for name in MEMBERS})
    return {
        "schema": SCHEMA,
        "service": service,
        "deployment_id": deployment_id,
        **told,
        "controls": list(record.get("controls", ())),
        "decisions": list(decisions),
    }


def document_key(service: str, deployment_id: str) -> str:
    """Where it lies in the artifact bucket."""
    return f"{PREFIX}/{service}/{deployment_id}/record.json"


def report_key(service: str, deployment_id: str) -> str:
    """Where the page that people read lies beside it."""
    return f"{PREFIX}/{service}/{deployment_id}/report.html"


def subject_of(found: Execution) -> tuple[str, str] | None:
    """Service and id of the deployment that an execution of a machine is, or is of."""
    passed_on = found.request.get("deployment")
    given: Any = (
        passed_on if isinstance(passed_on, Mapping) else {"id": found.name, **found.request}
    )
    service, deployment_id = given.get("service"), given.get("id")
    is_one = SERVICE_NAME.take(service) and NAME.take(deployment_id)
    return (service, deployment_id) if is_one else None
