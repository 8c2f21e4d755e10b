"""DORA's four figures, of what the records say of deployments.

A *change* is a deployment that clients met: one that was promoted, or taken back once it had
traffic. A candidate that was rejected met nobody, and what people stopped says nothing of the
release: neither is one. A change *failed* if its traffic was taken back, before its promotion or
after it, or could not be seen to be.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from viridian.core.phase import Phase

PROMOTED = "DeploymentPromoted"
FAILED = ("DeploymentReverted", "StandbyRestored", "RestoreHeld", "RestoreUnverified")
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Figures:
    """Of a service within some days; None where the records have nothing to say it by."""

    changes: int
    failed: int
    changes_per_day: float
    lead_time_seconds: float | None
    """From the artifact to its promotion, the median."""
    change_failure_percent: float | None
    restore_seconds: float | None
    """From the first request that a failed change was given to the restore that was seen, the
    median: it may have been well for a part of that, so no outage was longer."""


def figures(records: Iterable[Record], days: float) -> Figures:
    """Of records of deployments that ended within so many days."""
    changes = [record for record in records if _is_promoted(record) or _is_failed(record)]
    failed = [record for record in changes if _is_failed(record)]
    leads = [lead_seconds(record) for record in changes if _is_promoted(record)]
    restores = [restore_seconds(record) for record in failed]
    return Figures(
        len(changes),
        len(failed),
        round(len(changes) / days, 3),
        _median(leads),
        round(100 * len(failed) / len(changes), 1) if changes else None,
        _median(restores),
    )


def measures(phase: Phase, record: Record) -> dict[str, float]:
    """What a phase adds to the service's metrics, by name; `record` is the deployment's where it
    is its item that tells of the phase.
    """
    share = 0 if phase.phase == "admitted" else phase.candidate_percent
    if share is not None:
        return {"CandidatePercent": share}
    if phase.phase == "ended" and _is_promoted(record):
        told: dict[str, float | None] = {"Promotions": 1, "LeadTime": lead_seconds(record)}
    elif phase.ending in FAILED and (phase.phase == "ended" or _is_promoted(record)):
        told = {"ChangeFailures": 1, "TimeToRestore": restore_seconds(record)}
    else:
        return {}
    return {name: value for name, value in told.items() if value is not None}


def lead_seconds(record: Record) -> float | None:
    """From the artifact to its promotion."""
    return _between(record.get("asked_at") or record.get("admitted_at"), record.get("ended_at"))


def restore_seconds(record: Record) -> float | None:
    """From the candidate's first request to the restore; None where none was seen."""
    return _between(record.get("first_shifted_at"), record.get("restored_at"))


def _is_promoted(record: Record) -> bool:
    return record.get("ending") == PROMOTED


def _is_failed(record: Record) -> bool:
    last = record.get("standby_ending") if _is_promoted(record) else record.get("ending")
    return last in FAILED


def _between(begun: str | None, ended: str | None) -> float | None:
    if not begun or not ended:
        return None
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(begun)).total_seconds()


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(median(known), 1) if known else None
