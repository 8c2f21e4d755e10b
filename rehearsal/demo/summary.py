"""The figures of a demo: arithmetic on what was seen and on what clients got."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rehearsal.demo.record import Record
from rehearsal.traffic import Answers

PROMOTED, REVERTED, REJECTED = "promoted", "reverted", "rejected"
UNRESTORED = "unrestored"


@dataclass(frozen=True)
class DeploymentFigures:
    """One deployment; times in seconds since its upload."""

    id: str
    release: str
    outcome: str
    error: str | None
    cause: str | None
    duration_s: float
    splits: list[tuple[float, int]]
    breach_to_restored_ms: int | None
    state_transitions: int
    failed_while_deploying: int
    candidate_requests: int
    failed_after_restore: int | None
    candidate_requests_after_restore: int | None


def outcome_of(record: Record) -> str:
    """How a deployment ended, by the rule and the execution."""
    percent = record.last.candidate_percent
    if record.ending.status == "SUCCEEDED" and percent == 100:
        return PROMOTED
    if record.ending.error == "DeploymentReverted" and percent == 0:
        return REVERTED
    return REJECTED if record.shifted_at is None else UNRESTORED


def figures_of(record: Record, answers: Answers) -> DeploymentFigures:
    """The figures of one deployment; `answers` are those of the whole demo."""
    start, end, restored = record.uploaded_at, record.last.at, record.restored_at
    meanwhile = answers.between(start, end)
    after = None if restored is None else answers.between(restored, float("inf"))
    return DeploymentFigures(
        id=record.id,
        release=f"{record.service} {record.version}",
        outcome=outcome_of(record),
        error=record.ending.error,
        cause=record.ending.cause,
        duration_s=round(end - start, 1),
        splits=[(round(at - start, 1), percent) for at, percent in record.splits],
        breach_to_restored_ms=_breach_to_restored_ms(record),
        state_transitions=len(record.ending.visits),
        failed_while_deploying=meanwhile.failed,
        candidate_requests=meanwhile.requests_to(record.version),
        failed_after_restore=None if after is None else after.failed,
        candidate_requests_after_restore=(
            None if after is None else after.requests_to(record.version)
        ),
    )


def summary_of(figures: list[DeploymentFigures], answers: Answers) -> dict[str, Any]:
    """What `summary.json` holds."""
    after_restore = [f.failed_after_restore for f in figures if f.failed_after_restore is not None]
    return {
        "deployments": [asdict(deployment) for deployment in figures],
        "traffic": {
            "requests": answers.requests,
            "failed": answers.failed,
            "by_version": {
                version: {str(status): count for status, count in sorted(counts.items())}
                for version, counts in sorted(answers.by_version.items())
            },
            "failed_after_restore": sum(after_restore),
            "requests_per_second": round(answers.per_second, 1),
        },
    }


def complaints(figures: DeploymentFigures, expected: str) -> list[str]:
    """What is not as it should be; nothing when the ending is right."""
    found = []
    if figures.outcome != expected:
        found.append(f"wanted {expected}, found {figures.outcome}: {figures.cause}")
    if expected == REJECTED and figures.candidate_requests:
        found.append(f"wanted no request to it, found {figures.candidate_requests}")
    if expected in (PROMOTED, REJECTED) and figures.failed_while_deploying:
        found.append(f"wanted no failed request, found {figures.failed_while_deploying}")
    if figures.failed_after_restore:
        found.append(f"wanted none failed after the restore, found {figures.failed_after_restore}")
    return [f"{figures.release}: {complaint}" for complaint in found]


def summary_file(directory: Path) -> Path:
    """Where the summary of the newest demo is."""
    return directory / "summary.json"


def write_summary(summary: dict[str, Any], directory: Path) -> Path:
    """Write `summary.json`; return where it is."""
    path = summary_file(directory)
    path.write_text(json.dumps(summary, indent=2) + "\n")
    return path


def in_short(summary: dict[str, Any]) -> str:
    """The summary in a few lines for a person."""
    traffic = summary["traffic"]
    lines = [line for deployment in summary["deployments"] for line in _lines_of(deployment)]
    total = f"{traffic['requests']} requests at {traffic['requests_per_second']:g}/s"
    return "\n".join([*lines, f"{total}, {traffic['failed']} failed"])


def _lines_of(deployment: dict[str, Any]) -> list[str]:
    steps = " → ".join(f"{percent} %" for _, percent in deployment["splits"])
    lines = [
        f"{deployment['release']}  {deployment['outcome']} in {deployment['duration_s']:.0f} s"
        f"  ({steps})",
        f"  {deployment['candidate_requests']} requests to it,"
        f" {deployment['failed_while_deploying']} failed meanwhile",
    ]
    if deployment["breach_to_restored_ms"] is not None:
        lines.append(
            f"  restored {deployment['breach_to_restored_ms']} ms after the breach,"
            f" {deployment['failed_after_restore']} failed from then on"
        )
    if deployment["outcome"] == REJECTED:
        lines.append(f"  {deployment['cause']}")
    return lines


def _breach_to_restored_ms(record: Record) -> int | None:
    if record.restored_at is None or record.breached_at is None:
        return None
    return round((record.restored_at - record.breached_at) * 1000)
